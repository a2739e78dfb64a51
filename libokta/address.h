/*
 * Internet addresses and networks of access rules, in one form: 16 bytes, IPv4
 * as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so that an IPv4 client of a socket for
 * both families is the IPv4 client that it is. libc only; part of base.
 */
#ifndef OKTA_ADDRESS_H
#define OKTA_ADDRESS_H

#include <stdint.h>

enum {
	ADDRESS_BITS = 128,
	ADDRESS_V4_BITS = 96, /* before an IPv4 address */
	ADDRESS_TEXT_SIZE = 64 /* "ADDRESS/BITS" and its NUL */
};

struct address_net {
	uint8_t bytes[16];
	uint32_t bits; /* of the prefix; of an IPv4 network 96 and more */
};

/* "10.0.0.1", "2001:db8::1", "fe80::1%eth0" (RFC 4007, 11; the zone is
 * dropped), "::ffff:10.0.0.1". 0; -1 for anything else, names above all, and
 * bytes zeroed. */
int address_parse(const char *text, uint8_t bytes[16]);
/* 1: IPv4, in the form ::ffff:a.b.c.d. */
int address_is_v4(const uint8_t bytes[16]);
/* "10.0.0.0/8" or one address. 0; -1 not one; -2 bits are set behind the
 * prefix; -3 an IPv4 network written as IPv6. *net is the network that was
 * probably meant, also with -2 and -3. */
int address_parse_net(const char *text, struct address_net *net);
/* 1 where the bits behind the prefix are 0 and the prefix is not too long. */
int address_is_net(const struct address_net *net);
/* Zeroes the bits behind the prefix, of at most 128 bits. */
void address_mask(struct address_net *net);
/* 1: the address lies in it. No IPv4 address lies in an IPv6 network. */
int address_is_in(const uint8_t bytes[16], const struct address_net *net);
/* As address_parse_net() reads it. */
void address_print(const struct address_net *net, char text[ADDRESS_TEXT_SIZE]);

#endif
