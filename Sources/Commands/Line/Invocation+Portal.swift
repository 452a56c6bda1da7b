import Access
import Bytes
import Glibc
import Policies
import Publishing
import Releases
import Serving
import Trust

extension Invocation {
  /// The portal folder of `--portal`, or the one here or above.
  func portal() throws -> Portal { try Portal.find(from: value("--portal") ?? ".") }

  /// The outside state: of `--state`, or of the portal.
  func outside() throws -> OutsideState {
    if let state = value("--state") { return try OutsideState(folder: state) }
    return try OutsideState(folder: try portal().outside)
  }

  static var systemUser: String {
    getenv("SUDO_USER").map { String(cString: $0) } ?? getpwuid(geteuid()).flatMap {
      $0.pointee.pw_name.map { String(cString: $0) }
    } ?? "uid \(geteuid())"
  }

  /// The person of `--as`, with the key unlocked; nil where the option is not given.
  func person() throws -> (id: String, key: SigningKey)? {
    guard let id = value("--as") else { return nil }
    try Witnessing(self).check()
    return (id, try PersonKeys.load(id, invocation: self))
  }

  /// Who makes a change: the person of `--as`, or the system user. Whether they may is still to be judged.
  func author() throws -> Author {
    if let person = try person() { return Author(person: person.id, key: person.key) }
    return Author(systemUser: Self.systemUser)
  }

  /// Who makes a change of what the server keeps, after it was seen that they may.
  func entitledAuthor(on dataset: String? = nil) throws -> Author {
    let author = try author()
    try entitle(author, on: dataset)
    return author
  }

  /// Sees that somebody may do what this verb does to what the server keeps: by the decisions log where the portal folder is
  /// at hand, elsewhere by the people of the release that is served, which were taken from it.
  /// - Parameter dataset: the dataset it concerns; nil where it is about the portal as a whole.
  func entitle(_ author: Author, on dataset: String? = nil) throws {
    guard let act = verb.act else { throw wrongUse }
    if author.person == nil, act.mayBeUnsigned { return }
    if value("--state") == nil, let portal = try? portal() {
      let authority = try AuthorityFile(portal).authority
      let owners = dataset.map { [(dataset: $0, organization: authority.datasets[$0]?.owner)] }
      try Registry(authority).standing(author, act)?.check(owners ?? [])
      return
    }
    let outside = try outside()
    let release = try ReleaseStore(folder: outside.folder, key: try outside.releaseKey()).current()
    let providers = try dataset.map {
      [(dataset: $0, organization: try Registry.provider(of: $0, release))]
    }
    try Registry(release).standing(author, act)?.check(providers ?? [])
  }

  /// Says whose signature was used: every verb that acts does.
  func tellSignature() {
    terminal.note(
      value("--as").map { Phrase("以 \($0) 的签名记入日志", "on record with the signature of \($0)") }
        ?? Phrase(
          "以 unsigned:\(Self.systemUser) 记入日志，没有签名",
          "on record as unsigned:\(Self.systemUser), without a signature"))
  }

  /// Has what cannot be undone confirmed: on a terminal by typing the name, elsewhere by `--yes`.
  func confirm(_ question: Phrase, by name: String) throws {
    guard !has("--yes") else { return }
    guard isatty(0) == 1 else {
      throw UsageFault(
        Phrase("此操作不可撤销，且没有终端可以询问", "this cannot be undone, and there is no terminal to ask on"),
        hint: Phrase("确定无误，请加 --yes", "where it is meant, say so with --yes"))
    }
    terminal.note(question)
    guard readLine(strippingNewline: true) == name else {
      throw UsageFault(Phrase("未确认：没有任何改动", "not confirmed: nothing was changed"))
    }
  }
}

extension Option {
  static let actAs = Option(
    "--as", "PERSON", Phrase("以此人的名义并用其私钥签名", "act as this person, whose key signs the entry"))
  static let passphraseFile = Option(
    "--passphrase-file", "FILE",
    Phrase("私钥口令所在文件（缺省：在终端询问）", "the file with the key's passphrase (default: asks on the terminal)"))
  static let state = Option(
    "--state", "DIR", Phrase("门外的状态文件夹 .doorsill/outside", "the outside state folder, .doorsill/outside"))
  static let yes = Option("--yes", Phrase("不再询问", "do not ask"))
  static let person: [Option] = [.actAs, .passphraseFile]
}
