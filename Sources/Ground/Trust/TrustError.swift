package import Bytes
import COpenSSL

/// What went wrong with a key, a signature, a certificate or a TLS session.
///
/// Two errors are equal when their codes are. The reasons are OpenSSL's own words, drained on the thread of the
/// failing call; they never hold key material.
package struct TrustError: Fault, Equatable {
  /// The kinds of failure.
  package enum Code: String, Sendable, CaseIterable {
    /// The system's random source gave nothing.
    case randomness
    /// A key could not be made.
    case keyGeneration
    /// Bytes that should be a key are not one, or not of the kind expected.
    case keyFormat
    /// The passphrase does not open the key.
    case wrongPassphrase
    /// A signature does not belong to these bytes and this key.
    case signature
    /// A JWS, JWK or signed note is malformed or names an algorithm that is not accepted.
    case tokenFormat
    /// Sealed bytes were changed or belong to another key.
    case sealBroken
    /// Bytes that should be a certificate are not one.
    case certificateFormat
    /// A certificate request is malformed, unsigned by its own key, or its key is too weak.
    case requestRefused
    /// A certificate could not be issued.
    case issuing
    /// A revocation list is malformed or could not be made.
    case revocationList
    /// A value OpenSSL does not accept in the settings of TLS.
    case tlsConfiguration
    /// The TLS handshake failed: the reason names why.
    case handshake
    /// An established TLS session broke.
    case session
    /// A memory-hard function's parameters are outside what this machine allows.
    case derivation
  }
  package let code: Code
  /// What was being done, or to what.
  package let detail: String
  /// OpenSSL's reasons, oldest first.
  package let reasons: [String]

  init(_ code: Code, _ detail: String, reasons: [String] = []) {
    self.code = code
    self.detail = detail
    self.reasons = reasons
  }

  package static func == (left: TrustError, right: TrustError) -> Bool { left.code == right.code }

  package var message: String {
    reasons.isEmpty ? detail : "\(detail) (\(reasons.joined(separator: "; ")))"
  }

  package var hint: String? {
    switch code {
    case .randomness: "the system's random source failed; restart the machine before making any key"
    case .keyGeneration, .issuing, .session, .signature, .handshake: nil
    case .keyFormat: "expected a PEM private or public key as written by doorsill or the openssl command"
    case .wrongPassphrase: "try the passphrase again; a forgotten one cannot be recovered, make a new key"
    case .tokenFormat: "the text was cut or changed on its way, or was made by another program"
    case .sealBroken: "restore the file from a backup, or check that the key file belongs to it"
    case .certificateFormat: "expected a certificate in PEM (-----BEGIN CERTIFICATE-----) or DER"
    case .requestRefused:
      "ask the company for a request made with P-256, P-384, Ed25519 or RSA of 2048 bits or more"
    case .revocationList: "make a new list with doorsill ca crl"
    case .tlsConfiguration: "check that certificate and key are PEM files that belong together"
    case .derivation: "lower N, r or p: the memory needed is 128 · N · r bytes"
    }
  }

  package var blame: Blame {
    switch code {
    case .randomness, .keyGeneration, .issuing, .session, .derivation: .environment
    case .wrongPassphrase, .tlsConfiguration: .usage
    case .keyFormat, .signature, .tokenFormat, .sealBroken, .certificateFormat, .requestRefused,
      .revocationList,
      .handshake:
      .data
    }
  }

  package var description: String { "\(code.rawValue): \(message)" }

  /// Takes all errors off this thread's queue. Call directly after the failing call, on the same thread.
  static func drained(_ code: Code, _ detail: String) -> TrustError {
    TrustError(code, detail, reasons: drainReasons())
  }

  /// OpenSSL's reasons on this thread, oldest first; the queue is empty afterwards.
  static func drainReasons() -> [String] {
    var reasons: [String] = []
    while case let raw = ERR_get_error(), raw != 0 {
      if let text = ERR_reason_error_string(raw) ?? ERR_lib_error_string(raw) {
        reasons.append(String(cString: text))
      } else {
        reasons.append("error \(raw)")
      }
    }
    return reasons
  }
}
