#pragma once
#include <string.h>
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros that pass the version and the size of z_stream, which the importer drops.

/// Starts a deflater; `window` 31 writes gzip framing, -15 raw deflate, 15 zlib framing.
static inline int doorsill_deflate_begin(z_stream *stream, int level, int window) {
    memset(stream, 0, sizeof(*stream));
    return deflateInit2(stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
}

/// Starts an inflater; `window` as above.
static inline int doorsill_inflate_begin(z_stream *stream, int window) {
    memset(stream, 0, sizeof(*stream));
    return inflateInit2(stream, window);
}
