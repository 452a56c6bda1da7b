import Bytes
import Trust

extension ClientTrust {
  /// What is amiss with the authorities and their lists at a moment, or soon will be, and what to do about it.
  func warnings(at time: Timestamp) -> [Wording] {
    complaints(at: time).map { complaint in
      let words = complaint.words
      let then = standing == .own ? Self.ownThen(complaint) : Self.outsideThen(complaint)
      return Wording("\(words.en): \(then.en)", "\(words.zh)：\(then.zh)")
    }
  }

  private static func ownThen(_ complaint: Complaint) -> Wording {
    if case .authorityEnded = complaint {
      return Wording("all clients are refused; make a new authority", "所有客户端都被拒绝；请建立新的证书机构")
    }
    return Wording(
      "nobody is refused for that, what was revoked is known from the access database; run 'doorsill ca crl' beside the "
        + "authority's key",
      "不因此拒绝任何人，吊销情况以访问数据库为准；请在证书机构密钥所在处运行 doorsill ca crl")
  }

  private static func outsideThen(_ complaint: Complaint) -> Wording {
    if case .listEndsSoon = complaint {
      return Wording(
        "from then on all its clients are refused; fetch its next list and send SIGHUP",
        "届时其所有客户端都将被拒绝；请取得新的列表并发送 SIGHUP")
    }
    if case .authorityEnded = complaint {
      return Wording("all its clients are refused", "其所有客户端都被拒绝")
    }
    return Wording(
      "all its clients are refused; fetch its current list (--client-crl) and send SIGHUP",
      "其所有客户端都被拒绝；请取得现行列表（--client-crl）并发送 SIGHUP")
  }
}

extension ClientTrust.Complaint {
  fileprivate var words: Wording {
    switch self {
    case .authorityEnded(let name, let time):
      Wording("the authority \(name) ended \(time.rfc3339)", "证书机构 \(name) 已于 \(time.rfc3339) 到期")
    case .noList(let name):
      Wording(
        "the authority \(name) has no revocation list that it signed", "证书机构 \(name) 没有由其签署的吊销列表")
    case .listNotBegun(let name, let time):
      Wording(
        "the revocation list of \(name) begins only \(time.rfc3339)",
        "\(name) 的吊销列表自 \(time.rfc3339) 起才有效")
    case .listEnded(let name, let time):
      Wording("the revocation list of \(name) ended \(time.rfc3339)", "\(name) 的吊销列表已于 \(time.rfc3339) 过期")
    case .listEndsSoon(let name, let time):
      Wording(
        "the revocation list of \(name) ends \(time.rfc3339)", "\(name) 的吊销列表将于 \(time.rfc3339) 过期")
    }
  }
}
