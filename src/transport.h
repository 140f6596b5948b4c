/*
 * How a transfer ended, from what libcurl says of it: whose fault it is that
 * there was no reply.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

/* Is this an errno by which our own machine says that it has run out? */
int transport_ours(int e);

/*
 * The enum transport of CURLcode code. begun: a reply's headers are in; sent:
 * some of the request was. *refused is the errno for which there was no
 * socket, 0: none; set, where only trying tells, to that of a resolver.
 */
int transport_of(int code, int begun, int sent, int *refused);

#endif
