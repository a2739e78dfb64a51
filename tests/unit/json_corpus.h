/*
 * Pieces of JSON with a verdict each. Every piece stands in every context, so
 * the corpus has pieces x contexts documents, and the whole ones (T89).
 */
#ifndef OKTA_TEST_JSON_CORPUS_H
#define OKTA_TEST_JSON_CORPUS_H

#include <stddef.h>

struct json_piece {
	const char *bytes;
	size_t len;
	int is_good;
};

#define PIECE(text, good)                        \
	{                                        \
		(text), sizeof(text) - 1, (good) \
	}

static const struct json_piece json_contexts[] = {
    /* Around a piece: everything before and after the '~'. */
    PIECE("~", 1),
    PIECE(" \n~\t\r", 1),
    PIECE("[~]", 1),
    PIECE("{\"a\":~}", 1),
    PIECE("[1,{\"x\":[~]},\"y\"]", 1),
};

static const struct json_piece json_pieces[] = {
    PIECE("0", 1),
    PIECE("-0", 1),
    PIECE("-1", 1),
    PIECE("1.5", 1),
    PIECE("1e5", 1),
    PIECE("1E+5", 1),
    PIECE("1.25e-3", 1),
    PIECE("1879048192", 1),
    PIECE("18446744073709551616", 1),
    PIECE("true", 1),
    PIECE("false", 1),
    PIECE("[]", 1),
    PIECE("{}", 1),
    PIECE("\"\"", 1),
    PIECE("\"a\"", 1),
    PIECE("\"\\\"\\\\\\/\\b\\f\\n\"", 1),
    PIECE("\"\\r\\t\\u00e9\\uD83D\\uDE00\"", 1),
    PIECE("\"\x7f\"", 1),
    PIECE("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", 1),
    PIECE("\"\xef\xbf\xbd\xf4\x8f\xbf\xbf\"", 1),
    PIECE("\"a\\u0000b\"", 1),
    PIECE("\"'/*no comment*/\"", 1),
    PIECE("[null]", 1),
    PIECE("01", 0),
    PIECE("00", 0),
    PIECE("-01", 0),
    PIECE("+1", 0),
    PIECE("-", 0),
    PIECE("--1", 0),
    PIECE("1.", 0),
    PIECE(".5", 0),
    PIECE("-.5", 0),
    PIECE("1e", 0),
    PIECE("1e+", 0),
    PIECE("1e5.5", 0),
    PIECE("1.5.5", 0),
    PIECE("0x10", 0),
    PIECE("1_000", 0),
    PIECE("1 2", 0),
    PIECE("NaN", 0),
    PIECE("nan", 0),
    PIECE("Infinity", 0),
    PIECE("-Infinity", 0),
    PIECE("True", 0),
    PIECE("TRUE", 0),
    PIECE("tru", 0),
    PIECE("truex", 0),
    PIECE("NULL", 0),
    PIECE("nul", 0),
    PIECE("none", 0),
    PIECE("undefined", 0),
    PIECE("", 0),
    PIECE("'a'", 0),
    PIECE("\"a", 0),
    PIECE("a\"", 0),
    PIECE("\"a\"b", 0),
    PIECE("\"a\tb\"", 0),
    PIECE("\"a\nb\"", 0),
    PIECE("\"\x01\"", 0),
    PIECE("\"a\0b\"", 0),
    PIECE("\0", 0),
    PIECE("1\0", 0),
    PIECE("\"\\x41\"", 0),
    PIECE("\"\\v\"", 0),
    PIECE("\"\\'\"", 0),
    PIECE("\"\\u12\"", 0),
    PIECE("\"\\u12G4\"", 0),
    PIECE("\"\\U0041\"", 0),
    PIECE("\"\xff\"", 0),
    PIECE("\"\x80\"", 0),
    PIECE("\"\xc0\x80\"", 0),
    PIECE("\"\xc1\xbf\"", 0),
    PIECE("\"\xe0\x80\xaf\"", 0),
    PIECE("\"\xed\xa0\x80\"", 0),
    PIECE("\"\xf0\x80\x80\xaf\"", 0),
    PIECE("\"\xf4\x90\x80\x80\"", 0),
    PIECE("\"\xf8\x88\x80\x80\x80\"", 0),
    PIECE("\"\xc3\"", 0),
    PIECE("\"\xe2\x82\"", 0),
    PIECE("\xc3\xa9", 0),
    PIECE("[1,]", 0),
    PIECE("[,1]", 0),
    PIECE("[1,,2]", 0),
    PIECE("[1 2]", 0),
    PIECE("[1", 0),
    PIECE("1]", 0),
    PIECE("[1}", 0),
    PIECE("{\"b\":1]", 0),
    PIECE("{\"b\":1,}", 0),
    PIECE("{,}", 0),
    PIECE("{\"b\"}", 0),
    PIECE("{\"b\":}", 0),
    PIECE("{\"b\":1 \"c\":2}", 0),
    PIECE("{b:1}", 0),
    PIECE("{'b':1}", 0),
    PIECE("{1:2}", 0),
    PIECE("{\"b\",1}", 0),
    PIECE("{\"b\":1:2}", 0),
    PIECE("{\"b\":1,\"b\":2}", 0),
    PIECE("{\"b\":1,\"b\":1}", 0),
    PIECE("{\"b\":{},\"b\":null}", 0),
    PIECE("{\"b\":1,\"\\u0062\":2}", 0),
    PIECE("{\"b\\u0000\":1}", 0),
    PIECE("{\"b\":1,\"b\\u0000\":2}", 0),
    PIECE("{\"b\":{\"b\":1}}", 1),
    PIECE("[{\"b\":1},{\"b\":1}]", 1),
    PIECE("{\"B\":1,\"b\":1}", 1),
    PIECE("{\"\":1}", 1),
    PIECE("{\"a\":\"b:c\",\"d\":\"\\\":\"}", 1),
    PIECE("/*c*/1", 0),
    PIECE("1//c", 0),
    PIECE("#c\n1", 0),
    PIECE("1;", 0),
    PIECE("\x0b"
	  "1",
	0),
    PIECE("\x0c"
	  "1",
	0),
    PIECE("\xc2\xa0"
	  "1",
	0),
    PIECE("\xef\xbb\xbf"
	  "1",
	0),
    PIECE(":1", 0),
    PIECE("\"a\":1", 0),
};

/* Whole documents. */
static const struct json_piece json_documents[] = {
    PIECE("null", 0),
    PIECE(" null ", 0),
    PIECE("", 0),
    PIECE(" ", 0),
    PIECE("{}{}", 0),
    PIECE("[][]", 0),
    PIECE("{} x", 0),
    PIECE("{}\0", 0),
    PIECE("{}\n\n", 1),
    PIECE("{},", 0),
    PIECE("{};", 0),
    PIECE("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", 1),
    PIECE("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 0),
    PIECE("[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]", 0),
    PIECE("{\"a\":[],\"b\":{\"a\":[]}}", 1),
    PIECE("]", 0),
    PIECE("}{", 0),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#endif
