import Bytes
import Catalogs
import Crossing
import Ledgers
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
    let origin = LogNames.answers(host: logHost)
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
