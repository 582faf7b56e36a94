// SPDX-License-Identifier: Apache-2.0
// Certificates and requests of our profile: made, read strictly, and read by OpenSSL.
#include <cstdlib>

#include "keys/armor.hpp"
#include "keys/certificate_form.hpp"
#include "keys/certificate_profile.hpp"
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

Bytes vector_file(const std::string& name) {
  return slurp(fs::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/c2pa" / name);
}

/// Whether the openssl program is there; says so loudly when it is not.
bool has_openssl() {
  static const bool found = std::system("openssl version >/dev/null 2>&1") == 0;  // NOLINT
  if (!found)
    WARN("the program openssl is missing: what it says of our certificates is not tested");
  return found;
}

/// Runs openssl in a folder and returns its output, or nothing when it failed.
std::optional<std::string> openssl(const ScratchDir& dir, const std::string& arguments) {
  const std::string command =
      "cd '" + dir.path().string() + "' && openssl " + arguments + " >out.txt 2>&1";
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): a fixed text
  const Bytes out = slurp(dir / "out.txt");
  INFO(as_text(out));
  if (status != 0) return std::nullopt;
  return std::string(as_text(out));
}

void write(const fs::path& path, std::string_view text) {
  REQUIRE_OK(write_file(path, as_bytes(text), {.replace = true, .mode = 0600, .keep = {}}));
}

/// One extension in DER.
Bytes extension(ByteView oid, bool critical, ByteView value) {
  const Bytes flag = critical ? Bytes{0x01, 0x01, 0xff} : Bytes{};
  return der_element(kDerSequence, {oid, flag, der_element(kDerOctetString, value)});
}

/// The extensions of a proper leaf below an issuer, to be spoilt one by one.
std::vector<Bytes> leaf_extensions(const Certificate& root) {
  Bytes own{0x04, 0x14}, authority{0x30, 0x16, 0x80, 0x14};
  own.resize(22, 0x77);
  authority.insert(authority.end(), root.subject_key_id.begin(), root.subject_key_id.end());
  return {extension(kOidBasicConstraints, true, kLeafConstraints),
          extension(kOidKeyUsage, true, kLeafUsage),
          extension(kOidExtendedKeyUsage, false, kLeafPurposes),
          extension(kOidSubjectKeyId, false, own), extension(kOidAuthorityKeyId, false, authority)};
}

/// A leaf certificate put together by hand.
Bytes hand_made(const TestIssuer& issuer, const std::vector<Bytes>& extensions,
                std::string_view not_after = "270101000000Z", ByteView version = kVersion3) {
  Bytes list;
  for (const Bytes& e : extensions) list.insert(list.end(), e.begin(), e.end());
  const Bytes window =
      der_element(kDerSequence, {der_element(kDerUtcTime, as_bytes("261101000000Z")),
                                 der_element(kDerUtcTime, as_bytes(not_after))});
  const auto subject = encode_name({"studio", "ci"});
  REQUIRE_OK(subject);
  const Bytes body = der_element(
      kDerSequence, {version, der_element(kDerInteger, serial(9)), kEd25519Algorithm,
                     issuer.root.subject_name, window, *subject, encode_key(TestKey(9).pk),
                     der_element(kDerContext3, der_element(kDerSequence, list))});
  const auto der = sign_der(body, issuer.key.pk, issuer.key.der());
  REQUIRE_OK(der);
  return *der;
}

}  // namespace

TEST_CASE("the test certificates of room c2pa are of our profile") {
  const auto root = parse_certificate(vector_file("root.der"));
  const auto leaf = parse_certificate(vector_file("leaf.der"));
  REQUIRE_OK(root);
  REQUIRE_OK(leaf);
  CHECK(root->is_root);
  CHECK_FALSE(leaf->is_root);
  CHECK(root->common_name == "signmark test root");
  CHECK(leaf->common_name == "signmark test signer");
  CHECK(leaf->organization == "signmark test");
  CHECK(leaf->not_before == 1'767'225'600);  // 2026-01-01
  CHECK(leaf->not_after == 2'398'377'600);   // 2046-01-01
  CHECK(leaf->public_key == TestKey(0x22).pk);
  CHECK(leaf->authority_key_id == root->subject_key_id);
  CHECK(leaf->serial == serial(2));
  CHECK_OK(check_issued_by(*leaf, *root));
  CHECK(code_of(check_issued_by(*root, *root)) == "keys.cert.path");
  CHECK(code_of(check_issued_by(*root, *leaf)) == "keys.cert.path");
}

TEST_CASE("what is built is what is read") {
  const TestIssuer issuer(1);
  const TestKey key(2);
  const auto leaf = parse_certificate(issuer.leaf(key, "Atelier \u00c9"));
  REQUIRE_OK(leaf);
  CHECK(issuer.root.is_root);
  CHECK(issuer.root.organization == "studio");
  CHECK(leaf->common_name == "Atelier \u00c9");
  CHECK(leaf->not_before == kLeafWindow.not_before);
  CHECK(leaf->not_after == kLeafWindow.not_after);
  CHECK(leaf->public_key == key.pk);
  CHECK(leaf->serial == serial(2));
  CHECK_OK(check_issued_by(*leaf, issuer.root));
  CHECK(code_of(check_issued_by(*leaf, TestIssuer(3).root)) == "keys.cert.path");
}

TEST_CASE("the same name does not make the same issuer") {
  const TestIssuer issuer(1);
  Certificate other = TestIssuer(3).root;  // all of it alike but the key
  other.subject_key_id = issuer.root.subject_key_id;
  const auto leaf = parse_certificate(issuer.leaf(TestKey(2)));
  REQUIRE_OK(leaf);
  CHECK(code_of(check_issued_by(*leaf, other)) == "keys.cert.signature");
}

TEST_CASE("OpenSSL accepts root, leaf and request, and we its request") {
  if (!has_openssl()) return;
  const ScratchDir dir;
  const TestIssuer issuer(1);
  const TestKey key(2);
  write(dir / "root.pem", certificates_to_pem({issuer.root.der}));
  write(dir / "leaf.pem", certificates_to_pem({issuer.leaf(key)}));
  CHECK(openssl(dir,
                "verify -attime 1795348800 -x509_strict -purpose smimesign -CAfile root.pem "
                "leaf.pem"));
  const auto text = openssl(dir, "x509 -in leaf.pem -noout -text");
  REQUIRE(text);
  CHECK(text->find("1.3.6.1.4.1.62558.2.1, E-mail Protection") != std::string::npos);
  CHECK(text->find("CN = ci") != std::string::npos);
  const auto request = build_request(key.pk, {"studio", "ci"}, key.der());
  REQUIRE_OK(request);
  write(dir / "our.req", *request);
  CHECK(openssl(dir, "req -in our.req -noout -verify"));
  REQUIRE(openssl(dir, "genpkey -algorithm ed25519 -out key.pem"));
  REQUIRE(openssl(dir, "req -new -key key.pem -subj /O=studio/CN=ci -out their.req"));
  const Bytes theirs = slurp(dir / "their.req");
  const auto parsed = parse_request(as_text(theirs));
  REQUIRE_OK(parsed);
  CHECK(parsed->name.common_name == "ci");
  REQUIRE(
      openssl(dir, "req -new -key key.pem -subj /CN=ci -addext subjectAltName=DNS:x -out a.req"));
  const Bytes with_attributes = slurp(dir / "a.req");
  CHECK(code_of(parse_request(as_text(with_attributes))) == "keys.request.syntax");
}

TEST_CASE("no flipped bit and no cut of a certificate goes unnoticed") {
  const TestIssuer issuer(1);
  const Bytes good = issuer.leaf(TestKey(2));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    const auto leaf = parse_certificate(bad);
    INFO(bit);
    CHECK_FALSE((leaf && check_issued_by(*leaf, issuer.root)));
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(code_of(parse_certificate(ByteView(good).first(size))) == "keys.cert.syntax");
  Bytes longer = good;
  longer.push_back(0);
  CHECK(code_of(parse_certificate(longer)) == "keys.cert.syntax");
  CHECK(code_of(parse_certificate(Bytes(8193))) == "keys.cert.size");
}

TEST_CASE("lengths have one form only") {
  const Bytes good = TestIssuer(1).root.der;
  REQUIRE(good[1] == 0x82);
  Bytes indefinite = good;
  indefinite[1] = 0x80;
  CHECK(code_of(parse_certificate(indefinite)) == "keys.cert.syntax");
  Bytes long_form{0x30, 0x83, 0x00};  // a leading zero in the length
  long_form.insert(long_form.end(), good.begin() + 2, good.end());
  CHECK(code_of(parse_certificate(long_form)) == "keys.cert.syntax");
  DerReader reader(Bytes{0x04, 0x81, 0x01, 0x00}, "keys.cert");
  CHECK(code_of(reader.take(kDerOctetString)) == "keys.cert.syntax");
}

TEST_CASE("only the extensions of the profile are understood") {
  const TestIssuer issuer(1);
  const std::vector<Bytes> good = leaf_extensions(issuer.root);
  const auto proper = parse_certificate(hand_made(issuer, good));
  REQUIRE_OK(proper);
  CHECK_OK(check_issued_by(*proper, issuer.root));

  const auto code_with = [&](std::size_t index, Bytes replacement) {
    std::vector<Bytes> spoilt = good;
    spoilt[index] = std::move(replacement);
    return code_of(parse_certificate(hand_made(issuer, spoilt)));
  };
  for (std::size_t i = 0; i < good.size(); ++i) CHECK(code_with(i, {}) == "keys.cert.profile");
  CHECK(code_with(0, extension(kOidBasicConstraints, false, kLeafConstraints)) ==
        "keys.cert.profile");
  CHECK(code_with(0, extension(kOidBasicConstraints, true, kRootConstraints)) ==
        "keys.cert.profile");  // a CA below a root: paths are exactly root then leaf
  CHECK(code_with(1, extension(kOidKeyUsage, true, kRootUsage)) == "keys.cert.profile");
  const Bytes any_purpose{0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x25, 0x00};
  CHECK(code_with(2, extension(kOidExtendedKeyUsage, false, any_purpose)) == "keys.cert.profile");

  const Bytes unknown_oid{0x06, 0x03, 0x2a, 0x03, 0x04};
  std::vector<Bytes> more = good;
  more.push_back(extension(unknown_oid, false, Bytes{0x05, 0x00}));
  CHECK_OK(parse_certificate(hand_made(issuer, more)));
  more.back() = extension(unknown_oid, true, Bytes{0x05, 0x00});
  CHECK(code_of(parse_certificate(hand_made(issuer, more))) == "keys.cert.profile");
  more.back() = good.front();
  CHECK(code_of(parse_certificate(hand_made(issuer, more))) == "keys.cert.profile");
}

TEST_CASE("version, times and order of the window are checked") {
  const TestIssuer issuer(1);
  const std::vector<Bytes> good = leaf_extensions(issuer.root);
  const Bytes version2{0xa0, 0x03, 0x02, 0x01, 0x01};
  CHECK(code_of(parse_certificate(hand_made(issuer, good, "270101000000Z", version2))) ==
        "keys.cert.syntax");
  for (const char* time : {"270230000000Z", "271301000000Z", "270101240000Z", "270101006000Z",
                           "2701010000Z", "270101000000+", "27010100000aZ", "690101000000Z"})
    CHECK(code_of(parse_certificate(hand_made(issuer, good, time))) == "keys.cert.syntax");
  CHECK(code_of(parse_certificate(hand_made(issuer, good, "251231000000Z"))) ==
        "keys.cert.profile");
  CHECK_OK(parse_certificate(hand_made(issuer, good, "280229000000Z")));
}

TEST_CASE("a leaf cannot issue a leaf, nor outlive its root") {
  const TestIssuer issuer(1);
  const TestKey middle(2), end(3);
  auto as_issuer = parse_certificate(issuer.leaf(middle));
  REQUIRE_OK(as_issuer);
  const auto below =
      build_leaf(end.pk, {"studio", "end"}, kLeafWindow, serial(3), *as_issuer, middle.der());
  CHECK(code_of(below) == "keys.cert.path");
  CHECK(code_of(build_leaf(end.pk, {"studio", "end"}, {kNow, kRootWindow.not_after + 1}, serial(3),
                           issuer.root, issuer.key.der())) == "keys.cert.path");
  CHECK(code_of(build_leaf(end.pk, {"studio", "end"}, {kRootWindow.not_before - 1, kNow}, serial(3),
                           issuer.root, issuer.key.der())) == "keys.cert.path");
  CHECK_OK(
      build_leaf(end.pk, {"studio", "end"}, kRootWindow, serial(3), issuer.root, issuer.key.der()));
}

TEST_CASE("names, windows, serials and signers that cannot be are refused when building") {
  const TestIssuer issuer(1);
  const TestKey key(2);
  const auto build = [&](const CertificateName& name, CertificateWindow window) {
    return build_root(key.pk, name, window, serial(1), key.der());
  };
  CHECK(code_of(build({}, kRootWindow)) == "keys.cert.name");
  CHECK(code_of(build({"a\nb", ""}, kRootWindow)) == "keys.cert.name");
  CHECK(code_of(build({"", std::string(65, 'x')}, kRootWindow)) == "keys.cert.name");
  CHECK(code_of(build({"\xff", ""}, kRootWindow)) == "keys.cert.name");
  CHECK_OK(build({"only an organization", ""}, kRootWindow));
  CHECK_OK(build({"", "only a name"}, kRootWindow));
  CHECK(code_of(build({"a", "b"}, {kNow, kNow - 1})) == "keys.cert.window");
  CHECK(code_of(build({"a", "b"}, {-1, kNow})) == "keys.cert.window");
  CHECK(code_of(build({"a", "b"}, {kNow, 2'524'608'000})) == "keys.cert.window");  // 2050
  CHECK(code_of(build_root(key.pk, {"a", "b"}, kRootWindow, {0x3f}, key.der())) ==
        "keys.cert.profile");
  CHECK(code_of(build_root(key.pk, {"a", "b"}, kRootWindow, serial(1), issuer.key.der())) ==
        "keys.cert.signature");
  CHECK(code_of(build_leaf(key.pk, {"studio", "studio root"}, kLeafWindow, serial(1), issuer.root,
                           issuer.key.der())) == "keys.cert.name");
}

TEST_CASE("serials are positive and of one length") {
  const auto random = seeded_random(7);
  for (int i = 0; i < 300; ++i) {
    const auto drawn = draw_serial(*random);
    CHECK(drawn[0] >= 0x40);
    CHECK(drawn[0] <= 0x7f);
  }
}

TEST_CASE("PEM holds one to four certificates and nothing else") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(2));
  const std::string pem = certificates_to_pem({leaf, issuer.root.der});
  const auto read = certificates_from_pem(pem);
  REQUIRE_OK(read);
  REQUIRE(read->size() == 2);
  CHECK(read->front().der == leaf);
  CHECK(code_of(certificates_from_pem("x" + pem)) == "keys.armor.syntax");
  CHECK(code_of(certificates_from_pem("")) == "keys.armor.syntax");
  CHECK(code_of(certificates_from_pem(pem + pem + pem)) == "keys.armor.count");
  CHECK(code_of(certificates_from_pem(armor("PRIVATE KEY", leaf))) == "keys.cert.syntax");
}

TEST_CASE("a request proves the key that it is for") {
  const TestKey key(2);
  const auto pem = build_request(key.pk, {"studio", "ci"}, key.der());
  REQUIRE_OK(pem);
  const auto request = parse_request(*pem);
  REQUIRE_OK(request);
  CHECK(request->key == key.pk);
  CHECK(request->name.organization == "studio");
  CHECK(request->name.common_name == "ci");
  const auto block = dearmor(*pem);
  REQUIRE_OK(block);
  for (std::size_t bit = 0; bit < block->bytes.size() * 8; ++bit) {
    Bytes bad = block->bytes;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    CHECK_FALSE(parse_request(armor(block->label, bad)));
  }
  Bytes forged = block->bytes;
  forged.back() ^= 1;
  CHECK(code_of(parse_request(armor(block->label, forged))) == "keys.request.signature");
  CHECK(code_of(parse_request(armor("CERTIFICATE", block->bytes))) == "keys.request.syntax");
  CHECK(code_of(parse_request(std::string(20'000, 'x'))) == "keys.request.syntax");
  CHECK(code_of(build_request(TestKey(3).pk, {"a", "b"}, key.der())) == "keys.cert.signature");
}
