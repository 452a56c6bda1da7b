package import Bytes
import Trust

/// Why a log cannot be opened, written or believed, in both languages, with who can mend it.
package struct LedgerError: Fault, Equatable {
  /// The kinds of failure.
  package enum Code: String, Sendable, CaseIterable {
    /// Another process has the log open for writing.
    case busy
    /// The log holds less than what it signed: an older copy was put back.
    case behind
    /// Entries, tiles or the checkpoint were changed.
    case damaged
    /// The disk refused a write; nothing of it stays, and appending may be tried again.
    case full
    /// A sync failed. What reached the disk is unknown, so nothing more is written until the log is opened anew.
    case broken
    /// The files cannot be read or made.
    case storage
    /// There is no entry, tile or size of that number.
    case absent
    /// An entry that cannot be stored.
    case entry
    /// A proof, checkpoint or receipt that does not hold.
    case proof
  }
  package let code: Code
  let words: Wording
  /// What to do, where the file's own error says it.
  private let told: Wording?

  init(_ code: Code, _ words: Wording, hint: Wording? = nil) {
    self.code = code
    self.words = words
    told = hint
  }

  init(_ error: FilesError) {
    self.init(
      .storage, error.words, hint: error.hint(in: "en").map { Wording($0, error.hint(in: "zh") ?? $0) })
  }

  /// The same of the log in that folder: a portal has two.
  func of(_ folder: String) -> LedgerError {
    words.en.contains(folder)
      ? self : LedgerError(code, Wording("\(folder): \(words.en)", "\(folder)：\(words.zh)"), hint: told)
  }

  package static func == (left: LedgerError, right: LedgerError) -> Bool { left.code == right.code }

  package var message: String { words.en }
  package var hint: String? { hint(in: "en") }
  package func message(in language: String) -> String { words.said(in: language) }
  package func hint(in language: String) -> String? { (told ?? advice)?.said(in: language) }

  private var advice: Wording? {
    switch code {
    case .busy:
      Wording(
        "stop the other doorsill process, or let it write the entry",
        "请停止另一个 doorsill 进程，或由它写入条目")
    case .behind, .damaged:
      Wording(
        "keep everything as it is, run doorsill ledger verify, and restore from a backup of one moment, with what lies beside the log",
        "请保留现状，运行 doorsill ledger verify，并从同一时刻的备份恢复，连同日志旁的文件")
    case .full: Wording("free space on the disk", "请腾出磁盘空间")
    case .broken: Wording("check the disk, then start again", "请检查磁盘，然后重新启动")
    case .storage, .absent, .entry, .proof: nil
    }
  }

  /// Whoever runs the machine mends a log; what somebody else sent, a proof or receipt, is judged as data.
  package var blame: Blame {
    switch code {
    case .busy, .full, .broken, .storage, .behind, .damaged: .environment
    case .absent, .entry: .usage
    case .proof: .data
    }
  }
}

extension Fault {
  /// What another room says, in both languages.
  var words: Wording { Wording(message(in: "en"), message(in: "zh")) }
}
