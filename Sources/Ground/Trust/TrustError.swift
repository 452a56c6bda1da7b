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

  package var hint: String? { hint(in: "en") }

  /// In Chinese the kind is said; what OpenSSL and the caller say of it stays as it is.
  package func message(in language: String) -> String {
    Wording(message, "\(kind)（\(message)）").said(in: language)
  }

  package func hint(in language: String) -> String? { advice?.said(in: language) }

  private var kind: String {
    switch code {
    case .randomness: "系统随机源失败"
    case .keyGeneration: "无法生成密钥"
    case .keyFormat: "不是所需的密钥"
    case .wrongPassphrase: "口令不能打开该密钥"
    case .signature: "签名无效"
    case .tokenFormat: "签名文本格式有误"
    case .sealBroken: "封存内容被改动或属于另一密钥"
    case .certificateFormat: "不是证书"
    case .requestRefused: "证书申请不予接受"
    case .issuing: "无法签发证书"
    case .revocationList: "吊销列表有误"
    case .tlsConfiguration: "TLS 设置不可用"
    case .handshake: "TLS 握手失败"
    case .session: "TLS 会话中断"
    case .derivation: "口令参数超出本机所允许"
    }
  }

  private var advice: Wording? {
    switch code {
    case .randomness:
      Wording(
        "the system's random source failed; restart the machine before making any key",
        "系统随机源失败；请重启机器后再生成密钥")
    case .keyGeneration, .issuing, .session, .signature, .handshake: nil
    case .keyFormat:
      Wording(
        "expected a PEM private or public key as written by doorsill or the openssl command",
        "应为 doorsill 或 openssl 写出的 PEM 私钥或公钥")
    case .wrongPassphrase:
      Wording(
        "try the passphrase again; a forgotten one cannot be recovered, make a new key",
        "请重新输入口令；忘记的口令无法找回，须生成新密钥")
    case .tokenFormat:
      Wording(
        "the text was cut or changed on its way, or was made by another program",
        "文本在传递中被截断或改动，或由其他程序生成")
    case .sealBroken:
      Wording(
        "restore the file from a backup, or check that the key file belongs to it",
        "请从备份恢复该文件，或确认密钥文件与之相配")
    case .certificateFormat:
      Wording(
        "expected a certificate in PEM (-----BEGIN CERTIFICATE-----) or DER",
        "应为 PEM（-----BEGIN CERTIFICATE-----）或 DER 证书")
    case .requestRefused:
      Wording(
        "ask the company for a request made with P-256, P-384, Ed25519 or RSA of 2048 bits or more",
        "请企业重新提交以 P-256、P-384、Ed25519 或 2048 位以上 RSA 生成的申请")
    case .revocationList:
      Wording("make a new list with doorsill ca crl", "请运行 doorsill ca crl 重新签发")
    case .tlsConfiguration:
      Wording(
        "check that certificate and key are PEM files that belong together",
        "请确认证书与私钥是相配的 PEM 文件")
    case .derivation:
      Wording(
        "lower N, r or p: the memory needed is 128 · N · r bytes", "请降低 N、r 或 p：所需内存为 128 · N · r 字节")
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
