// Representation: how an answer's body travels: not at all when the client has it already (ETag, If-None-Match), or
// compressed when it is large and the client takes gzip (RFC 9110, sections 8.8.3, 12.5.3 and 13.1.2).  Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/http/request.h"
#include "host/http/response.h"

namespace cvg {

// Gives an answer of status 200 to GET or HEAD a strong ETag, and makes it a 304 when If-None-Match names it.  The 304 has
// the ETag and Vary that its 200 would have after apply_gzip with this gzip_bytes_min.
void apply_etag(const Request& request, Response& response, std::int64_t gzip_bytes_min);

// Compresses a body of at least bytes_min (0: none) whose type is text; what says no-store stays as it is, because it may
// hold a secret beside what the client sent.  After apply_etag: a compressed body has an ETag of its own.
void apply_gzip(const Request& request, Response& response, std::int64_t bytes_min);

// Whether a value of Accept-Encoding takes gzip: q=0 means no.
bool accepts_gzip(std::string_view accept_encoding);
// Whether a value of If-None-Match names this tag; weak comparison, and either content coding of the body.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace cvg
