// The rules of an expectation's kwargs: their types, and how they fit together.
#pragma once

#include <functional>
#include <string>

#include "suite.h"

namespace dq {

// Tells what is wrong with a kwarg: its name (empty: the kwargs together) and a sentence.
using Complaint = std::function<void(const std::string &kwarg, const std::string &message)>;

// placeholders: a text that holds a { is a value that is not known yet and passes.
void check_kwargs(const Check &check, bool placeholders, const Complaint &complain);

}  // namespace dq
