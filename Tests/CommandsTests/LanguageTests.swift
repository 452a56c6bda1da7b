import Bytes
import Ledgers
import Releases
import Support
import Testing
import Trust

@testable import Commands

/// What a person reads of an error that comes from the rooms of files, keys, logs and releases.
@Suite struct `An error of the lower rooms` {
  private func isHan(_ text: String?) -> Bool {
    text?.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) } ?? false
  }

  private func expectBoth(_ error: any Fault, _ blame: Blame) {
    #expect(isHan(error.message(in: "zh")) && !isHan(error.message(in: "en")), "\(error)")
    #expect((error.hint == nil) == (error.hint(in: "zh") == nil), "\(error)")
    if let hint = error.hint { #expect(isHan(error.hint(in: "zh")) && !isHan(hint), "\(hint)") }
    #expect(error.blame == blame, "\(error)")
  }

  @Test func `speaks both languages and exits with who can mend it`() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path + "/none"
    expectBoth(try #require(throws: FilesError.self) { try Files.read(missing) }, .environment)
    try folder.write("0123456789", to: "long")
    expectBoth(
      try #require(throws: FilesError.self) { try Files.read(folder.path + "/long", limit: 5) }, .environment)
    let lock = try FileLock(folder.path + "/lock")
    expectBoth(
      try #require(throws: FilesError.self) { _ = try FileLock(folder.path + "/lock") }, .environment)
    withExtendedLifetime(lock) {}
    expectBoth(try #require(throws: TrustError.self) { try VerifyingKey(pem: [1, 2, 3]) }, .data)

    // A log that is busy, cut or put back is for whoever runs the machine.
    let (key, path) = (try SigningKey.generate(), folder.path + "/log")
    do {
      let ledger = try Ledger(folder: path, origin: "o", key: key)
      _ = try ledger.append(["n": 1])
      expectBoth(
        try #require(throws: LedgerError.self) { _ = try Ledger(folder: path, origin: "o", key: key) },
        .environment)
    }
    try Files.write([], to: path + "/entries.jsonl", mode: 0o600)
    expectBoth(
      try #require(throws: LedgerError.self) { _ = try Ledger(folder: path, origin: "o", key: key) },
      .environment)
    expectBoth(
      try #require(throws: LedgerError.self) { _ = try Receipt.verify("x", keys: [key.publicKey]) }, .data)

    for code in ReleaseError.Code.allCases {
      let error = ReleaseError(code, part: "p", Wording("a", "甲"))
      let isMachine = [.missing, .storage, .rolledBack].contains(code)
      expectBoth(error, isMachine ? .environment : .data)
      #expect(isHan(ReleaseError(code, detail: "a").message(in: "zh")))
    }
  }
}
