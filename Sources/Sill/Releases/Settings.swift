package import Bytes

/// The server's part of the policy, as `publish` compiled it into the release: what the portal is called, who may
/// sign what, and which results there are. Stored as settings.json, verified by the manifest.
package struct Settings: Sendable, Equatable {
  /// The catalogue's title.
  package var title: Text
  /// BCP 47 tags; the first is the default.
  package var languages: [String]
  /// Without a final slash.
  package var baseURL: String
  /// The host in the names of the logs, which began under it; nil in releases of 0.1, whose address is theirs.
  package var logHost: String?
  /// The authority that runs the portal, 数据管理方.
  package var manager: Text
  package var people: [Person]
  package var purposes: [Purpose]
  package var quotas: Quotas
  package var lifetimes: Lifetimes
  package var results: [ResultSetting]
  /// Hash of the policy files these settings were compiled from.
  package var policyHash: String
  /// Everybody who is or was registered with a key, with the time for which; nil in releases of 0.1.
  package var registrations: [Registration]?
  /// The head of the server's own log when the publisher last looked: the server holds at least that much.
  package var answers: Head?

  /// Somebody who may sign for a client, a grant or a consent.
  package struct Person: Sendable, Equatable {
    package var id: String
    package var name: Text
    package var organization: String
    package var roles: [String]
    /// Ed25519, raw 32 bytes in base64url; nil for a person without a key.
    package var key: String?

    package init(id: String, name: Text, organization: String, roles: [String], key: String?) {
      self.id = id
      self.name = name
      self.organization = organization
      self.roles = roles
      self.key = key
    }
  }

  /// One person with one key and the same roles, for as long as that lasted.
  package struct Registration: Sendable, Equatable {
    package var person: String
    package var organization: String
    package var roles: [String]
    /// Ed25519, raw 32 bytes in base64url.
    package var key: String
    package var since: Timestamp
    /// It ended before this moment; nil while it lasts.
    package var until: Timestamp?

    package init(
      person: String, organization: String, roles: [String], key: String, since: Timestamp, until: Timestamp?
    ) {
      self.person = person
      self.organization = organization
      self.roles = roles
      self.key = key
      self.since = since
      self.until = until
    }
  }

  /// Size and Merkle root of a log.
  package struct Head: Sendable, Equatable {
    package var size: Int
    /// 32 bytes.
    package var root: [UInt8]
    /// The log's verifier key: a server elsewhere has a log of its own, which this says nothing of.
    package var log: String

    package init(size: Int, root: [UInt8], log: String) {
      self.size = size
      self.root = root
      self.log = log
    }
  }

  /// A purpose a grant may be given for.
  package struct Purpose: Sendable, Equatable {
    package var id: String
    package var title: Text

    package init(id: String, title: Text) {
      self.id = id
      self.title = title
    }
  }

  /// What a grant allows where it says nothing else.
  package struct Quotas: Sendable, Equatable {
    package var callsPerDay: Int
    package var callsPerMinute: Int

    package init(callsPerDay: Int, callsPerMinute: Int) {
      self.callsPerDay = callsPerDay
      self.callsPerMinute = callsPerMinute
    }
  }

  /// Longest lifetimes, in days.
  package struct Lifetimes: Sendable, Equatable {
    package var certificateDays: Int
    package var keyDays: Int
    package var grantDays: Int

    package init(certificateDays: Int, keyDays: Int, grantDays: Int) {
      self.certificateDays = certificateDays
      self.keyDays = keyDays
      self.grantDays = grantDays
    }
  }

  package init(
    title: Text, languages: [String], baseURL: String, logHost: String? = nil, manager: Text,
    people: [Person], purposes: [Purpose],
    quotas: Quotas, lifetimes: Lifetimes, results: [ResultSetting], policyHash: String,
    registrations: [Registration]? = nil, answers: Head? = nil
  ) {
    self.title = title
    self.languages = languages
    self.baseURL = baseURL
    self.logHost = logHost
    self.manager = manager
    self.people = people
    self.purposes = purposes
    self.quotas = quotas
    self.lifetimes = lifetimes
    self.results = results
    self.policyHash = policyHash
    self.registrations = registrations
    self.answers = answers
  }

  /// The setting of one result.
  package func result(_ dataset: String, _ name: String) -> ResultSetting? {
    results.first { $0.dataset == dataset && $0.result == name }
  }
}

/// What the gateway knows of one result besides its cells.
package struct ResultSetting: Sendable, Equatable {
  /// How a result is asked.
  package enum Kind: String, Sendable, CaseIterable {
    case statistic, verify, score

    /// Whether its answers are cells; if not, it recognises tags.
    package var hasCells: Bool {
      switch self {
      case .statistic: true
      case .verify, .score: false
      }
    }
  }

  package var dataset: String
  package var result: String
  package var kind: Kind
  package var level: String
  /// A grant for it counts only when a second person has signed it.
  package var needsSecondPerson: Bool
  /// The agency that answers for the data's truth, 数据提供方, and the person in it.
  package var provider: Text
  package var providerPerson: String
  package var title: Text
  /// Name of the protection profile.
  package var profile: String
  /// verify and score: what limits guessing; nil for statistic.
  package var guessing: Guessing?

  /// The part of a profile of kind `verify` that the gateway keeps (DISCLOSURE a.12).
  package struct Guessing: Sendable, Equatable {
    /// Failed tuples of one client about one subject within a day, after which it is locked out.
    package var failuresBeforeLock: Int
    /// Failed tuples about one subject across clients within a day, at which the custodian is told.
    package var failuresBeforeAlarm: Int
    /// Longest life of a consent token.
    package var consentMinutes: Int

    package init(failuresBeforeLock: Int, failuresBeforeAlarm: Int, consentMinutes: Int) {
      self.failuresBeforeLock = failuresBeforeLock
      self.failuresBeforeAlarm = failuresBeforeAlarm
      self.consentMinutes = consentMinutes
    }
  }

  package init(
    dataset: String, result: String, kind: Kind, level: String, needsSecondPerson: Bool, provider: Text,
    providerPerson: String, title: Text, profile: String, guessing: Guessing? = nil
  ) {
    self.dataset = dataset
    self.result = result
    self.kind = kind
    self.level = level
    self.needsSecondPerson = needsSecondPerson
    self.provider = provider
    self.providerPerson = providerPerson
    self.title = title
    self.profile = profile
    self.guessing = guessing
  }
}
