import Bytes
import Catalogs
import Crossing
import Ledgers
import Policies
import Releases
import System
import Trust

/// What the publisher and the server remember of each other's logs.
extension Publisher {
  /// The head of the server's log: as it is now, where it lies beside this portal and this process may read it, else as
  /// the last release says. Throws where it does not go on from what the last release says.
  func answersHead() throws -> Settings.Head? {
    let known = served?.settings.answers
    let folder = portal.outside + "/answers"
    guard let outside = try? Folder(portal.outside), (try? outside.isFile("answers/checkpoint")) == true,
      let pem = try? outside.read("keys/checkpoint", limit: 1 << 16),
      let key = try? SigningKey(pem: pem)
    else { return known }
    let first = LogNames.answers(host: logHost)
    let origin = LogNames.current(first, onDisk: Ledger.name(in: folder))
    let losses = desk.authority.losses.count
    if let epoch = LogNames.epoch(of: origin, first: first), epoch != losses + 1 {
      // A loss was declared and the server has not gone on from it yet; unless it had, and was put back.
      let seen = (known?.name).flatMap { LogNames.epoch(of: $0, first: first) } ?? 1
      if epoch <= losses, seen <= epoch { return known }
      throw PublishingError(
        .damaged,
        Wording(
          "the answers log bears the name \(origin), and the decisions log declares \(losses) losses",
          "答复日志名为 \(origin)，而决策日志声明了 \(losses) 次丢失"),
        hint: .restoreFromBackup, blame: .environment)
    }
    let log = SignedNote.vkey(name: origin, key: key.publicKey)
    let ledger = try Ledger(reading: folder, origin: origin, key: key.publicKey)
    if let known, known.log == log {
      try Seen(origin: origin, size: known.size, root: known.root).check(
        ledger, seenIn: "release \(served?.number ?? 0)")
    }
    return ledger.size == 0 ? known : Settings.Head(size: ledger.size, root: ledger.head.root, log: log)
  }

  /// Puts checkpoint and hash tiles of the decisions log into the release: from them whoever saw an earlier head proves
  /// that this one goes on from it.
  func carry(_ ledger: Ledger, into writer: ReleaseWriter) throws {
    try writer.decisions("checkpoint", Array(try ledger.checkpoint().utf8))
    for name in ledger.tileNames {
      if let tile = ledger.tile(name) { try writer.decisions("tile/\(name.path)", tile) }
    }
  }
}

extension Settings.Head {
  /// The name in the log's verifier key.
  var name: String? { try? SignedNote.parse(vkey: log).name }
}
