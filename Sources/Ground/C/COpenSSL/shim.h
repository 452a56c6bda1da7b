// The door to OpenSSL 3. The functions below exist only because Swift's importer drops macros, variadic
// functions and typed stacks; each names what it stands for. No decisions are taken here.
#pragma once
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Keys

/// EVP_EC_gen is a macro over a variadic function.
static inline EVP_PKEY *doorsill_generate_p256(void) { return EVP_EC_gen("P-256"); }
/// EVP_PKEY_Q_keygen is variadic.
static inline EVP_PKEY *doorsill_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

/// Parameter names are string macros and OSSL_PARAM keeps pointers to them: a Swift string would be gone by then.
static inline int doorsill_hmac_sha256_key(EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count), OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(context, parameters);
}

// Memory

/// BIO_get_mem_data is a macro.
static inline long doorsill_bio_bytes(BIO *bio, const unsigned char **bytes) {
  char *start = NULL;
  long count = BIO_get_mem_data(bio, &start);
  *bytes = (const unsigned char *)start;
  return count;
}
/// OPENSSL_malloc is a macro.
static inline void *doorsill_malloc(size_t count) { return OPENSSL_malloc(count); }
/// OPENSSL_free is a macro.
static inline void doorsill_free(void *memory) { OPENSSL_free(memory); }

// Names and extensions

/// XN_FLAG_RFC2253 is a cast expression, and the bit below must be taken out of it to print UTF-8 as it is.
static inline unsigned long doorsill_name_flags(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }
/// X509V3_set_ctx_nodb is a macro; the context is a large struct that only this call needs.
static inline X509_EXTENSION *doorsill_extension(X509 *issuer, X509 *subject, X509_CRL *crl, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, subject, NULL, crl, 0);
  X509V3_set_ctx_nodb(&context);
  return X509V3_EXT_nconf_nid(NULL, &context, nid, value);
}

// Typed stacks are macros

static inline STACK_OF(X509) *doorsill_certificates_new(void) { return sk_X509_new_null(); }
static inline int doorsill_certificates_push(STACK_OF(X509) *stack, X509 *x) { return sk_X509_push(stack, x); }
static inline int doorsill_certificates_count(const STACK_OF(X509) *stack) { return stack ? sk_X509_num(stack) : 0; }
static inline X509 *doorsill_certificates_at(const STACK_OF(X509) *stack, int i) { return sk_X509_value(stack, i); }
/// The stack only; the certificates belong to others.
static inline void doorsill_certificates_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline int doorsill_revoked_count(X509_CRL *crl) {
  STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
  return all ? sk_X509_REVOKED_num(all) : 0;
}
static inline X509_REVOKED *doorsill_revoked_at(X509_CRL *crl, int i) {
  return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), i);
}

// TLS: macros over SSL_CTX_ctrl, SSL_ctrl and callback setters

static inline int doorsill_set_versions(SSL_CTX *c, int low, int high) {
  return SSL_CTX_set_min_proto_version(c, low) && SSL_CTX_set_max_proto_version(c, high);
}
static inline int doorsill_set_groups(SSL_CTX *c, const char *list) { return SSL_CTX_set1_groups_list(c, list); }
static inline long doorsill_set_session_cache(SSL_CTX *c, int on) {
  return SSL_CTX_set_session_cache_mode(c, on ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
}
static inline void doorsill_set_mode(SSL_CTX *c) {
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}
static inline void doorsill_set_read_ahead(SSL_CTX *c) { SSL_CTX_set_read_ahead(c, 1); }
/// SSL_CTX_add1_chain_cert is a macro; the certificate stays the caller's.
static inline int doorsill_add_chain(SSL_CTX *c, X509 *x) { return (int)SSL_CTX_add1_chain_cert(c, x); }
/// SSL_CTX_build_cert_chain adds nothing here: the chain is exactly what the file says. Clearing it is a macro too.
static inline void doorsill_clear_chain(SSL_CTX *c) { SSL_CTX_clear_chain_certs(c); }
/// SSL_OP_* are casts of shifts.
static inline uint64_t doorsill_op_no_ticket(void) { return SSL_OP_NO_TICKET; }
static inline uint64_t doorsill_op_always(void) {
  return SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
}
static inline uint64_t doorsill_op_kernel_tls(void) { return SSL_OP_ENABLE_KTLS; }
static inline long doorsill_set_status_callback(SSL_CTX *c, int (*call)(SSL *, void *), void *argument) {
  SSL_CTX_set_tlsext_status_arg(c, argument);
  return SSL_CTX_set_tlsext_status_cb(c, call);
}
/// SSL_set_tlsext_status_ocsp_resp is a macro; it takes over `bytes`.
static inline long doorsill_set_status(SSL *s, unsigned char *bytes, long count) {
  return SSL_set_tlsext_status_ocsp_resp(s, bytes, count);
}
static inline int doorsill_set_ticket_callback(
    SSL_CTX *c, int (*call)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int)) {
  return SSL_CTX_set_tlsext_ticket_key_evp_cb(c, call);
}
static inline long doorsill_set_servername_callback(SSL_CTX *c, int (*call)(SSL *, int *, void *)) {
  return SSL_CTX_set_tlsext_servername_callback(c, call);
}
static inline int doorsill_set_host_name(SSL *s, const char *name) { return (int)SSL_set_tlsext_host_name(s, name); }
/// BIO_get_ktls_send is a macro.
static inline int doorsill_kernel_sends(SSL *s) { return BIO_get_ktls_send(SSL_get_wbio(s)) ? 1 : 0; }
/// SSL_CTX_get_ex_new_index is a macro.
static inline int doorsill_context_index(void) { return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL); }
/// SSL_get_peer_signature_nid and friends are macros; only the negotiated group is read.
static inline int doorsill_group(SSL *s) { return (int)SSL_get_negotiated_group(s); }
/// SSL_session_reused is a function, but reading the library's reason codes needs the packing macros.
static inline int doorsill_reason(unsigned long error) { return ERR_GET_REASON(error); }
