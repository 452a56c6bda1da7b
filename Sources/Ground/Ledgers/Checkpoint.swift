import Bytes
package import Trust

/// The signed head of a log (c2sp.org/tlog-checkpoint): origin, size and root, as a signed note.
package struct Checkpoint: Sendable, Equatable {
  /// The log's name.
  package let origin: String
  /// Entries under the root.
  package let size: Int
  /// The Merkle root, 32 bytes.
  package let root: [UInt8]

  package init(origin: String, size: Int, root: [UInt8]) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// The text that is signed.
  package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

  /// The signed note.
  package func signed(with key: SigningKey) -> String { SignedNote.sign(text: text, name: origin, key: key) }

  /// Reads a signed checkpoint of the log `origin`. Throws `.proof` if it is malformed, another log's or forged.
  package init(note: String, origin: String, key: VerifyingKey) throws(LedgerError) {
    let text: String
    do { text = try SignedNote.verify(note: note, name: origin, key: key) } catch {
      throw LedgerError(
        .proof,
        Wording(
          "the checkpoint is not signed by the log “\(origin)”: \(error.message)",
          "检查点不是日志“\(origin)”签署的：\(error.message)"))
    }
    try self.init(text: text, origin: origin)
  }

  /// Reads a checkpoint whose truth something else vouches for, such as the signature of what it came in.
  package init(unverified note: String) throws(LedgerError) {
    guard note.utf8.count <= SignedNote.sizeLimit else {
      throw LedgerError(.proof, Wording("the checkpoint is too long", "检查点过长"))
    }
    try self.init(text: note, origin: String(note.prefix { $0 != "\n" }))
  }

  private init(text: String, origin: String) throws(LedgerError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines[0] == origin else {
      throw LedgerError(.proof, Wording("the checkpoint is of another log", "检查点属于另一本日志"))
    }
    guard let size = Int(lines[1]), size >= 0, String(size) == lines[1],
      let root = Base64.decode(String(lines[2])),
      root.count == Merkle.hashSize
    else { throw LedgerError(.proof, Wording("the checkpoint's size or root is malformed", "检查点的条数或根格式有误")) }
    self.init(origin: origin, size: size, root: root)
  }
}

/// The proof that an entry is in a log, in one text (c2sp.org/tlog-proof): index, path and signed checkpoint.
package struct InclusionProof: Sendable, Equatable {
  package let index: Int
  package let hashes: [[UInt8]]
  /// The signed checkpoint the path leads to.
  package let checkpoint: String

  package init(index: Int, hashes: [[UInt8]], checkpoint: String) {
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// The proof as text, `.tlog-proof`.
  package var text: String {
    "c2sp.org/tlog-proof@v1\nindex \(index)\n" + hashes.map { Base64.encode($0) + "\n" }.joined() + "\n"
      + checkpoint
  }

  /// Reads a proof. Its truth is not checked here.
  package init(text: String) throws(LedgerError) {
    guard text.utf8.count <= 1 << 20, let blank = InclusionProof.blankLine(Array(text.utf8)) else {
      throw LedgerError(
        .proof, Wording("a proof is lines, a blank line and a checkpoint", "证明应由若干行、一个空行和一个检查点组成"))
    }
    var lines = String(decoding: Array(text.utf8)[..<blank], as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == "c2sp.org/tlog-proof@v1" else {
      throw LedgerError(.proof, Wording("not a tlog-proof of version 1", "不是第 1 版 tlog-proof"))
    }
    if lines.first?.hasPrefix("extra ") == true { lines.removeFirst() }
    guard let word = lines.popFirst(), word.hasPrefix("index "), let index = Int(word.dropFirst(6)),
      index >= 0,
      String(index) == word.dropFirst(6), lines.count <= 63
    else { throw LedgerError(.proof, Wording("the proof's index is malformed", "证明的序号格式有误")) }
    var hashes: [[UInt8]] = []
    for line in lines {
      guard let hash = Base64.decode(String(line)), hash.count == Merkle.hashSize else {
        throw LedgerError(.proof, Wording("a hash of the proof is malformed", "证明中的一个哈希格式有误"))
      }
      hashes.append(hash)
    }
    self.init(
      index: index, hashes: hashes,
      checkpoint: String(decoding: Array(text.utf8)[(blank + 2)...], as: UTF8.self))
  }

  /// Checks that the leaf with this hash is in the log, with the log's public key only.
  package func verify(leafHash: [UInt8], origin: String, key: VerifyingKey) throws(LedgerError) -> Checkpoint
  {
    let head = try Checkpoint(note: checkpoint, origin: origin, key: key)
    guard
      Merkle.verifyInclusion(
        index: index, size: head.size, leafHash: leafHash, proof: hashes, root: head.root)
    else {
      throw LedgerError(
        .proof, Wording("the entry is not number \(index) of the log as signed", "该条目不是所签日志的第 \(index) 条"))
    }
    return head
  }

  private static func blankLine(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropLast().first { bytes[$0] == 10 && bytes[$0 + 1] == 10 }
  }
}
