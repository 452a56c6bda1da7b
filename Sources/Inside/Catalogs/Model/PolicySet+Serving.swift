package import Policies

extension PolicySet {
  /// The profiles under which results of a dataset of this level may be published, by name. Everything that is told a
  /// custodian about other profiles asks here and nowhere else.
  package func profiles(serving level: Level) -> [ProtectionProfile] {
    profiles.values.filter { profile in
      Gate.objection(to: profile, at: level) == nil
        && Gate.objection(toUnmeasured: profile, among: Array(profiles.values)) == nil
    }.sorted { $0.name < $1.name }
  }
}
