package import Bytes
package import Trust

/// The signed list of a release's parts: what the release is, and the only thing that says so.
package struct Manifest: Sendable {
  /// The release's number.
  package let release: Int
  package let created: Timestamp
  /// Parts and holes, in the order of the parts' paths at signing.
  package private(set) var entries: [Entry]
  /// Merkle root over `entries`, hex. Punching a hole does not change it.
  package let root: String
  /// Signed checkpoint of the decisions log at this release.
  package let decisions: String?
  /// Hash of the policy files that judged it.
  package let policyHash: String
  /// Hash of the catalogue it was made from.
  package let catalogueHash: String
  /// Ed25519 by the release key over `signedBytes`, base64url.
  package let signature: String

  /// Lists and signs. The parts are sorted by path; two of the same path are refused.
  package init(
    release: Int, created: Timestamp, parts: [Part], decisions: String?, policyHash: String,
    catalogueHash: String, key: SigningKey
  ) throws(ReleaseError) {
    let sorted = parts.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for (one, next) in zip(sorted, sorted.dropFirst()) where sameBytes(one.path, next.path) {
      throw ReleaseError(.malformed, part: one.path, detail: "\(one.path) is listed twice")
    }
    for part in sorted where !Layout.isSafe(part.path) {
      throw ReleaseError(.malformed, part: part.path, detail: "\(part.path) is no path below a release")
    }
    self.release = release
    self.created = created
    entries = sorted.map { .part($0) }
    root = try Manifest.root(of: entries)
    self.decisions = decisions
    self.policyHash = policyHash
    self.catalogueHash = catalogueHash
    let statement = Manifest.statement(
      release: release, created: created, count: entries.count, root: root, decisions: decisions,
      policyHash: policyHash, catalogueHash: catalogueHash)
    signature = Base64.encodeURL(key.sign(try Manifest.canonical(statement)))
  }

  init(
    release: Int, created: Timestamp, entries: [Entry], root: String, decisions: String?, policyHash: String,
    catalogueHash: String, signature: String
  ) {
    self.release = release
    self.created = created
    self.entries = entries
    self.root = root
    self.decisions = decisions
    self.policyHash = policyHash
    self.catalogueHash = catalogueHash
    self.signature = signature
  }

  /// The parts that are there.
  package var parts: [Part] { entries.compactMap(\.part) }

  /// What the signature is over: everything but the list, which the root stands for.
  package var signedBytes: [UInt8] {
    get throws(ReleaseError) {
      try Manifest.canonical(
        Manifest.statement(
          release: release, created: created, count: entries.count, root: root, decisions: decisions,
          policyHash: policyHash, catalogueHash: catalogueHash))
    }
  }

  /// Refuses a list that is not the one signed, or a signature that is not this key's.
  package func verify(key: VerifyingKey) throws(ReleaseError) {
    guard let signature = Base64.decodeURL(signature), key.verify(signature: signature, over: try signedBytes)
    else {
      throw ReleaseError(
        .signature, part: Layout.manifest,
        Wording("the signature of release \(release) is not the release key's", "第 \(release) 版的签名不是发布密钥的签名"))
    }
    guard try Manifest.root(of: entries) == root else {
      throw ReleaseError(
        .signature, part: Layout.manifest,
        Wording(
          "the list of parts of release \(release) is not the list that was signed",
          "第 \(release) 版的清单不是所签的清单"))
    }
  }

  /// Leaves a hole where each part of the dataset was; returns those parts. The signature stays good.
  package mutating func punch(dataset: String) throws(ReleaseError) -> [Part] {
    var gone: [Part] = []
    for index in entries.indices {
      guard let part = entries[index].part, part.dataset == dataset else { continue }
      do { entries[index] = .hole(dataset: dataset, body: try part.body) } catch {
        throw ReleaseError(.malformed, part: part.path, detail: error.message)
      }
      gone.append(part)
    }
    return gone
  }

  static func canonical(_ json: JSON) throws(ReleaseError) -> [UInt8] {
    do { return try json.canonical() } catch {
      throw ReleaseError(.malformed, part: Layout.manifest, detail: error.message)
    }
  }

  private static func root(of entries: [Entry]) throws(ReleaseError) -> String {
    var leaves: [[UInt8]] = []
    leaves.reserveCapacity(entries.count)
    for entry in entries {
      do { leaves.append(try entry.leaf()) } catch {
        throw ReleaseError(.malformed, part: Layout.manifest, detail: error.message)
      }
    }
    return Hex.encode(MerkleList.root(of: leaves))
  }
}
