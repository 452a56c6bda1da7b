import Access
import Bytes
import Catalogs
import Glibc
import Publishing
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
    return (id, try PersonKeys.load(id, invocation: self))
  }

  /// Who makes a change: the person of `--as`, or the system user.
  func author() throws -> Author {
    if let person = try person() { return Author(person: person.id, key: person.key) }
    return Author(systemUser: Self.systemUser)
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
  static let person: [Option] = [.actAs, .passphraseFile]
}
