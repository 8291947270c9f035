// Key manager `local`: wraps tenants' keys under a master key that lies in files of the server, one for each version.
//
// A wrapped key is "CVGK", the format's version (one byte, 2), the master key's version (four bytes, the highest first),
// then nonce, tag and ciphertext of AES-256-GCM.  Format 1 has no version of the master key, which is 1 then.  The
// authenticated data are the header, the key id and the caller's aad, the latter two with their lengths in front, so that
// no two different triples read the same.
#include <convergence/plugin.hpp>

#include <string>
#include <string_view>

#include "aead.h"
#include "key_ring.h"

namespace {

using convergence::Error;
using convergence::Json;
using local_keys::KeyRing;

constexpr std::string_view kMagic = "CVGK";
constexpr std::size_t kVersionBytes = 4;

const char kDescription[] = R"json({
 "summary": "Wraps tenants' keys with AES-256-GCM under a master key in files of the server",
 "config_schema": {
  "type": "object", "required": ["key_file"], "additionalProperties": false,
  "properties": {"key_file": {"type": "string", "pattern": "^/",
                              "description": "Absolute path; 32 bytes, mode 0600, made when the first key is wrapped; later versions lie beside it as FILE.2, FILE.3"}}
 }
})json";

class LocalKeys {
 public:
  explicit LocalKeys(const Json &config) : keys_(config["key_file"].text()) {}

  static Json describe() { return Json::parse(kDescription); }
  void interrupt() noexcept {}

  std::string wrap(const std::string &id, const std::string &plain, const std::string &aad) {
    KeyRing::Version master = keys_.newest();
    std::string header = std::string(kMagic) + '\2';
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>((master.number >> shift) & 0xFF);
    std::string sealed = local_keys::seal(master.key, plain, bound(header, id, aad));
    local_keys::wipe(master.key);
    return header + sealed;
  }
  std::string unwrap(const std::string &id, const std::string &blob, const std::string &aad) {
    if (blob.compare(0, kMagic.size(), kMagic) != 0) throw Error(CVG_E_DATA, "this is no key that the key manager local wrapped");
    const char format = blob.size() > kMagic.size() ? blob[kMagic.size()] : '\0';
    const std::size_t header_bytes = kMagic.size() + 1 + (format == 2 ? kVersionBytes : 0);
    if ((format != 1 && format != 2) || blob.size() < header_bytes)
      throw Error(CVG_E_DATA, "the wrapped key has a format version that this program does not read");
    uint32_t number = format == 1 ? 1 : 0;
    for (std::size_t i = kMagic.size() + 1; i < header_bytes; ++i) number = (number << 8) | static_cast<unsigned char>(blob[i]);
    std::string master = keys_.key(number);
    const std::string_view sealed = std::string_view(blob).substr(header_bytes);
    try {
      std::string plain = local_keys::open_sealed(master, sealed, bound(blob.substr(0, header_bytes), id, aad));
      local_keys::wipe(master);
      return plain;
    } catch (...) {
      local_keys::wipe(master);
      throw;
    }
  }
  void rotate() { keys_.add(); }

 private:
  static std::string bound(const std::string &header, const std::string &id, const std::string &aad) {
    std::string out = header;
    for (const std::string *part : {&id, &aad}) {
      for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>((static_cast<uint64_t>(part->size()) >> shift) & 0xFF);
      out += *part;
    }
    return out;
  }
  KeyRing keys_;
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

cvg_status rotate(cvg_instance *i, cvg_call *, cvg_error *e) noexcept {
  return convergence::guarded(e, [&] { Thunks::self(i)->rotate(); });
}

const cvg_component *component(uint32_t index) {
  static const cvg_keymgr table = {sizeof(cvg_keymgr), 0, &wrap, &unwrap, &rotate};
  static const cvg_component made = {sizeof(cvg_component), CVG_REENTRANT | CVG_NEEDS_INPROCESS, CVG_KIND_KEY_MANAGER, "local",
                                     &table, &Thunks::describe, &Thunks::create, nullptr, &Thunks::interrupt, &Thunks::destroy};
  return index == 0 ? &made : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.local", "1.0.0",
           R"({"id":"convergence.local","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.key_manager/1","name":"local"}]})",
           &component)
