package import Policies

/// The rule book of a portal: the four files of `Policies/`, read and hashed.
package struct PolicySet: Sendable {
  /// The four files, in the order they are read.
  package static let names = ["levels.json5", "detectors.json5", "protection.json5", "access.json5"]

  package var scale: Scale
  package var detectors: DetectorPolicy
  /// Profiles of kind `statistic`, by name.
  package var profiles: [String: ProtectionProfile]
  /// By level: the most that may have been guessed under a profile that serves it, an upper 95 % bound of accuracy.
  package var bars: [String: Double]
  /// Profiles of kind `verify`, by name.
  package var verifyProfiles: [String: VerifyProfile]
  package var access: AccessPolicy
  /// Hex SHA-256 over the canonical JSON (RFC 8785) of the four files as one object. Comments, spaces and the order of
  /// keys do not change it.
  package var hash: String
  /// Hex SHA-256 of the same kind over the files by which data are judged, levels and detectors: what an approval of a
  /// dataset is bound to. People, quotas and profiles may change without it.
  package var judgingHash: String
  /// Hex SHA-256 of the same kind over every file but the one that names people.
  package var otherHash: String
  /// The bytes of each file, by name.
  package var files: [String: [UInt8]]

  package init(
    scale: Scale, detectors: DetectorPolicy, profiles: [String: ProtectionProfile], bars: [String: Double],
    verifyProfiles: [String: VerifyProfile] = [:], access: AccessPolicy,
    hash: String, judgingHash: String, otherHash: String,
    files: [String: [UInt8]]
  ) {
    self.scale = scale
    self.detectors = detectors
    self.profiles = profiles
    self.bars = bars
    self.verifyProfiles = verifyProfiles
    self.access = access
    self.hash = hash
    self.judgingHash = judgingHash
    self.otherHash = otherHash
    self.files = files
  }

  /// The people whose keys are new since an earlier policy; nil where anything but new people and first keys has
  /// changed: another rule, quota or profile, somebody who is gone, has another role or another key.
  package func firstKeys(since earlier: PolicySet) -> [Person]? {
    var (before, after) = (earlier, self)
    let people = (before: before.access.people, after: after.access.people)
    before.access.people = []
    after.access.people = []
    guard before.access == after.access, before.otherHash == after.otherHash else { return nil }
    for old in people.before {
      guard var now = access.person(old.id) else { return nil }
      if old.key == nil { now.key = nil }
      guard now == old else { return nil }
    }
    return people.after.filter { person in
      person.key != nil && earlier.access.person(person.id)?.key == nil
    }
  }
}
