// Key manager `local`: wraps tenants' keys under one master key that lies in a file of the server.
//
// A wrapped key is "CVGK", the format's version (one byte, 1), then nonce, tag and ciphertext of AES-256-GCM.  The
// authenticated data are the header, the key id and the caller's aad, each with its length in front, so that no two
// different triples read the same.
#include <convergence/plugin.hpp>

#include <string>

#include "aead.h"
#include "key_file.h"

namespace {

using convergence::Error;
using convergence::Json;

constexpr char kHeader[] = {'C', 'V', 'G', 'K', 1};

const char kDescription[] = R"json({
 "summary": "Wraps tenants' keys with AES-256-GCM under a master key in a file of the server",
 "config_schema": {
  "type": "object", "required": ["key_file"], "additionalProperties": false,
  "properties": {"key_file": {"type": "string", "pattern": "^/",
                              "description": "Absolute path; 32 bytes, mode 0600, made at the first start"}}
 }
})json";

class LocalKeys {
 public:
  explicit LocalKeys(const Json &config) : key_(local_keys::load_or_create_key(config["key_file"].text())) {}
  ~LocalKeys() { local_keys::wipe(key_); }
  LocalKeys(const LocalKeys &) = delete;
  LocalKeys &operator=(const LocalKeys &) = delete;

  static Json describe() { return Json::parse(kDescription); }
  void interrupt() noexcept {}

  std::string wrap(const std::string &id, const std::string &plain, const std::string &aad) const {
    return header() + local_keys::seal(key_, plain, bound(id, aad));
  }
  std::string unwrap(const std::string &id, const std::string &blob, const std::string &aad) const {
    if (blob.compare(0, 4, kHeader, 4) != 0) throw Error(CVG_E_DATA, "this is no key that the key manager local wrapped");
    if (blob.size() < sizeof kHeader || blob[4] != kHeader[4])
      throw Error(CVG_E_DATA, "the wrapped key has a format version that this program does not read");
    return local_keys::open_sealed(key_, std::string_view(blob).substr(sizeof kHeader), bound(id, aad));
  }

 private:
  static std::string header() { return std::string(kHeader, sizeof kHeader); }
  static std::string bound(const std::string &id, const std::string &aad) {
    std::string out = header();
    for (const std::string *part : {&id, &aad}) {
      for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>((static_cast<uint64_t>(part->size()) >> shift) & 0xFF);
      out += *part;
    }
    return out;
  }
  std::string key_;
};

using Thunks = convergence::Thunks<LocalKeys>;

cvg_status wrap(cvg_instance *i, cvg_call *, const cvg_str *id, const cvg_str *plain, const cvg_str *aad, cvg_out *out,
                cvg_error *e) noexcept {
  return convergence::guarded(e, [&] {
    std::string secret = convergence::text(plain);
    const std::string blob = Thunks::self(i)->wrap(convergence::text(id), secret, convergence::text(aad));
    local_keys::wipe(secret);
    convergence::append(out, blob);
  });
}

cvg_status unwrap(cvg_instance *i, cvg_call *, const cvg_str *id, const cvg_str *blob, const cvg_str *aad, cvg_out *out,
                  cvg_error *e) noexcept {
  return convergence::guarded(e, [&] {
    std::string secret = Thunks::self(i)->unwrap(convergence::text(id), convergence::text(blob), convergence::text(aad));
    const cvg_status written = out->write(out->ctx, secret.data(), secret.size());
    local_keys::wipe(secret);
    if (written != CVG_OK) throw Error(CVG_E_LIMIT, "the answer is larger than the caller allows");
  });
}

const cvg_component *component(uint32_t index) {
  static const cvg_keymgr table = {sizeof(cvg_keymgr), 0, &wrap, &unwrap};
  static const cvg_component made = {sizeof(cvg_component), CVG_REENTRANT | CVG_NEEDS_INPROCESS, CVG_KIND_KEY_MANAGER, "local",
                                     &table, &Thunks::describe, &Thunks::create, nullptr, &Thunks::interrupt, &Thunks::destroy};
  return index == 0 ? &made : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.local", "1.0.0",
           R"({"id":"convergence.local","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.key_manager/1","name":"local"}]})",
           &component)
