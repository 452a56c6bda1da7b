import Bytes
import Support
import Trust

@testable import Publishing

/// What two people do so that something may be opened: one proposes, another signs.
struct Pair {
  let portal: Portal
  let proposer: Review.Signer
  let approver: Review.Signer

  /// A look at the portal by somebody who is not inside.
  func review<R>(_ signer: Review.Signer, _ now: Timestamp = .now(), _ body: (Review) throws -> R) throws -> R
  {
    let folder = try TemporaryFolder()
    return try body(
      Review(portal, person: signer.id, home: nil, work: folder.path + "/work", now: now))
  }

  /// The log of a portal that has not published yet is begun first.
  func begin() throws {
    guard !Files.exists(portal.authority) else { return }
    _ = try Takeover.begin(portal, by: proposer.author, now: .now())
  }

  func propose(_ subject: String) throws {
    try begin()
    _ = try review(proposer) { try $0.propose(subject, by: proposer, reason: "offices") }
  }

  @discardableResult
  func approve(_ subject: String, by other: Review.Signer? = nil) throws -> Review.Signed {
    let signer = other ?? approver
    return try review(signer) { try $0.approve(subject, by: signer, reason: "seen and agreed") }
  }

  func agree(_ subject: String) throws {
    try propose(subject)
    try approve(subject)
  }
}

extension Portal {
  /// Leaves a first publication to one person: most tests are about something else.
  func oneOpensFirst() throws {
    let file = policies + "/levels.json5"
    let text = String(decoding: try Files.read(file), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    try Files.write(
      Array(lines.filter { !$0.contains("firstOpening:") }.joined(separator: "\n").utf8), to: file)
  }
}
