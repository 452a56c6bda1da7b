import Bytes
package import Disclosure
package import Policies
import Releases

extension ReleaseWriter {
  /// A protected result. The clearance must be for the dataset's results; what is stored is Disclosure's own form of
  /// what it released, and is read back once before it counts.
  package func result(_ released: Released, _ clearance: Clearance) throws {
    let path = Layout.resultPart(released.dataset, released.result)
    try require(clearance, path, dataset: released.dataset, scopes: [.results])
    guard released.protection.policyHash == clearance.policyHash else {
      throw CrossingError(
        .clearance, path, "\(path) was protected under another policy than the one that cleared it",
        hint: "compute the result again")
    }
    let bytes = released.json.serialized()
    let tags = released.tags?.tags ?? []
    _ = try StoredResult(parsing: bytes, tags: tags, part: path)
    try add(path, bytes, .result, released.dataset)
    if released.tags != nil {
      try add(Layout.tagsPart(released.dataset, released.result), tags, .result, released.dataset)
    }
  }
}
