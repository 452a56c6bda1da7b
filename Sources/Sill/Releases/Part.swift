import Bytes
import Trust

/// One file of a release, as its manifest lists it.
package struct Part: Sendable, Hashable {
  /// What a part is for.
  package enum Kind: String, Sendable, CaseIterable {
    case site, rows, result, catalogue, settings, shell, decisions
  }

  /// Relative to the release's folder.
  package let path: String
  package let bytes: Int
  /// Lower-case hex.
  package let sha256: String
  package let kind: Kind
  /// The dataset it belongs to, and with which it goes when that is withdrawn.
  package let dataset: String?

  package init(path: String, bytes: Int, sha256: String, kind: Kind, dataset: String?) {
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
    self.kind = kind
    self.dataset = dataset
  }

  /// SHA-256 over the canonical form of what a hole does not keep, in hex.
  var body: String {
    get throws(JSONError) {
      let content: JSON = [
        "bytes": JSON(bytes), "kind": JSON(kind.rawValue), "path": JSON(path), "sha256": JSON(sha256),
      ]
      return Hex.encode(Digest.sha256(try content.canonical()))
    }
  }
}

/// One leaf of a release's list: a part, or the verifiable hole that a deleted part leaves.
package enum Entry: Sendable, Hashable {
  case part(Part)
  /// What is left of a withdrawn dataset's part: whose it was, and the hash of the rest.
  case hole(dataset: String, body: String)

  package var part: Part? { if case .part(let part) = self { part } else { nil } }

  package var dataset: String? {
    switch self {
    case .part(let part): part.dataset
    case .hole(let dataset, _): dataset
    }
  }

  /// The bytes of the Merkle leaf: dataset and body's hash. So a part and its hole have the same leaf, and nobody
  /// can pass a missing part off as another dataset's hole.
  func leaf() throws(JSONError) -> [UInt8] {
    let body: String =
      switch self {
      case .part(let part): try part.body
      case .hole(_, let body): body
      }
    return try JSON.object([.init("body", JSON(body)), .init("dataset", JSON(dataset))]).canonical()
  }
}
