package import Bytes

/// One dataset as its `dataset.json5` declares it.
package struct Dataset: Sendable {
  /// Permanent id in URLs: 1–100 characters of `a-z`, `0-9` and `-`, first a letter; also its folder's name.
  package var name: String
  /// Absolute path of its folder.
  package var folder: String
  /// Absolute path of its descriptor.
  package var file: String
  package var title: Text
  package var description: Text
  package var keywords: [Text]
  /// Ids of the catalogue's themes.
  package var themes: [String]
  /// Id of one of the catalogue's licences (the catalogue's default where the descriptor names none).
  package var license: String
  package var directory: DirectoryEntry?
  package var provider: Provider
  package var updateFrequency: Frequency?
  package var temporal: Period?
  package var spatial: Spatial?
  /// Made by a program; describes no real person or firm.
  package var synthetic: Bool
  /// Where the data came from: the source to be named beside the licence.
  package var origin: Text?
  package var classification: Classification
  package var resources: [Resource]
  /// Fields that together name the unit which is protected and counted; it may have several rows.
  package var subject: [String]
  package var dimensions: [Dimension]
  package var results: [ResultDeclaration]
  /// Open tables derived from it.
  package var views: [ViewDeclaration] = []
  /// Where it is itself such a table: of which dataset. nil for every dataset with a descriptor of its own.
  package var derivation: Derivation?
  /// Where its rows are those of two other datasets, joined: of which.
  package var join: Join?
  /// Datasets that are made of a table of its own, or of one it is made of, by name.
  package var kin: [String: Kin] = [:]
  /// Nothing of it enters a release before this moment.
  package var availableFrom: Timestamp?
  package var issued: CalendarDate?
  package var modified: CalendarDate?
  /// Datasets about the same units share a family, and with it keys and release budget. Default: the name.
  package var keyFamily: String

  package init(
    name: String, folder: String = "", file: String = "", title: Text, description: Text,
    keywords: [Text] = [],
    themes: [String] = [], license: String, directory: DirectoryEntry? = nil, provider: Provider,
    updateFrequency: Frequency? = nil, temporal: Period? = nil, spatial: Spatial? = nil,
    synthetic: Bool = false,
    origin: Text? = nil, classification: Classification, resources: [Resource], subject: [String] = [],
    dimensions: [Dimension] = [], results: [ResultDeclaration] = [], availableFrom: Timestamp? = nil,
    issued: CalendarDate? = nil, modified: CalendarDate? = nil, keyFamily: String? = nil
  ) {
    self.name = name
    self.folder = folder
    self.file = file
    self.title = title
    self.description = description
    self.keywords = keywords
    self.themes = themes
    self.license = license
    self.directory = directory
    self.provider = provider
    self.updateFrequency = updateFrequency
    self.temporal = temporal
    self.spatial = spatial
    self.synthetic = synthetic
    self.origin = origin
    self.classification = classification
    self.resources = resources
    self.subject = subject
    self.dimensions = dimensions
    self.results = results
    self.availableFrom = availableFrom
    self.issued = issued
    self.modified = modified
    self.keyFamily = keyFamily ?? name
  }

  /// Ids of the organizations that own what it is made of: its own provider's, then those of the sources it is joined
  /// from, and of theirs.
  package var providers: [String] {
    var ids = [provider.organization]
    for side in (join?.sides ?? []) + (join?.tables ?? []) where !ids.contains(side.provider.organization) {
      ids.append(side.provider.organization)
    }
    return ids
  }

  package func resource(_ name: String) -> Resource? { resources.first { $0.name == name } }
  package func dimension(_ name: String) -> Dimension? { dimensions.first { $0.name == name } }
  package func result(_ name: String) -> ResultDeclaration? { results.first { $0.name == name } }
}

/// Who owns the source and answers for its truth.
package struct Provider: Sendable, Hashable {
  /// Id of one of the catalogue's organizations.
  package var organization: String
  /// Id of one of the people in access.json5.
  package var person: String

  package init(organization: String, person: String) {
    self.organization = organization
    self.person = person
  }
}

/// What the descriptor says about secrecy; what holds is the `Verdict` of Policies.
package struct Classification: Sendable, Hashable {
  /// Declared level: an id of the scale.
  package var level: String
  /// `important` 重要数据, `core` 核心数据 (GB/T 43697-2024) or another flag of the scale.
  package var flags: [String]
  /// The law that restricts it; every level above the unconditional one needs it.
  package var legalBasis: Text?
  package var reason: Text?
  /// Who declared it (a person of access.json5); an approval must come from somebody else.
  package var proposer: String?

  package init(
    level: String, flags: [String] = [], legalBasis: Text? = nil, reason: Text? = nil, proposer: String? = nil
  ) {
    self.level = level
    self.flags = flags
    self.legalBasis = legalBasis
    self.reason = reason
    self.proposer = proposer
  }
}

/// Fields of the government information resource directory (政务信息资源目录编制指南) that nothing else tells.
package struct DirectoryEntry: Sendable, Hashable {
  /// How it is shared between agencies (共享类型).
  package enum Sharing: String, CaseIterable, Sendable { case unconditional, conditional, closed }

  package var code: String
  package var category: String
  package var sharing: Sharing
  /// 共享条件.
  package var condition: Text?

  package init(code: String, category: String, sharing: Sharing, condition: Text? = nil) {
    self.code = code
    self.category = category
    self.sharing = sharing
    self.condition = condition
  }
}

extension Dataset {
  /// What no dataset and no view can be called: `datasets/page/…` were pages of the list, and a table made of others is
  /// called as its dataset is, beside `datapackage.json`.
  package static let takenNames: Set<String> = ["datapackage", "page"]
}
