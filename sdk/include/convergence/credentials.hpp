// CredentialDocument: a provider's look at the credentials that a tenant stored.  The host puts them into the instance's
// configuration as "credentials" when it calls check().  A refusal names the field and what is wrong with it, and never
// shows a value.  One thread.
#ifndef CVG_CREDENTIALS_HPP
#define CVG_CREDENTIALS_HPP

#include <algorithm>
#include <string>

#include "plugin.hpp"

namespace convergence {

class CredentialDocument {
 public:
  explicit CredentialDocument(const Json &document) : document_(document) {
    if (!document_.is_object()) throw Error(CVG_E_CONFIG, "no credentials are stored for this provider");
  }

  [[noreturn]] void refuse(const std::string &field, const std::string &issue) const {
    throw Error(CVG_E_AUTH, "credentials." + field + " " + issue, Json::object().set("field", "credentials." + field).set("issue", issue));
  }
  bool has(const char *field) const { return document_.find(field) != nullptr; }
  // A text that must be there.
  std::string text(const char *field) const {
    const Json *value = document_.find(field);
    if (!value) refuse(field, "is missing");
    if (!value->is_string() || value->text().empty()) refuse(field, "must be text that is not empty");
    return value->text();
  }
  // 8-4-4-4-12 hexadecimal digits.
  void require_guid(const char *field) const {
    const std::string value = text(field);
    bool good = value.size() == 36;
    for (std::size_t i = 0; good && i < value.size(); ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      good = dash ? value[i] == '-' : is_hex(value[i]);
    }
    if (!good) refuse(field, "must be a GUID");
  }
  static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  template <class Fits>
  static bool all(const std::string &text, Fits fits) { return std::all_of(text.begin(), text.end(), fits); }

 private:
  const Json &document_;
};

// What a provider says that has only looked at the document.
inline void note_unreached(const Call &call) {
  call.log(1, "The document is well formed. Whether the cloud accepts it was not tested: this provider asks nothing over "
              "the network.");
}

// The member of config_schema that a provider needs whose check() looks at credentials.
inline Json credentials_schema() {
  return Json::object().set("type", "object").set("description", "A tenant's own, set by the server when it has them checked");
}

}  // namespace convergence

#endif
