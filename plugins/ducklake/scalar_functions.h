// Conversions of text_value.h as functions of an engine instance: they trim, know the null words and the exact decimals,
// and are faster than the engine's own casts to DECIMAL(38, s).
#pragma once

#include <string>

#include "engine.h"
#include "text_value.h"

namespace ducklake {

// The name of a function that converts by format, registered on the engine when it is not yet there. Types: text and json
// give VARCHAR, decimal gives DECIMAL(38, scale), real DOUBLE, map takes any number of texts and gives MAP(VARCHAR,
// VARCHAR). A refused text is an Invalid Input Error.
std::string text_function(Engine &engine, const TextFormat &format);

// The name of a function (VARCHAR) -> BOOLEAN, never NULL: true when the text function would give back its input (NULL
// included), so that a CASE hands whole vectors through without a copy.
std::string plain_function(Engine &engine, const TextFormat &format);

}  // namespace ducklake
