package import Bytes
package import Trust

/// Policies/access.json5: people and roles, purposes, quotas and lifetimes.
package struct AccessPolicy: Sendable, Equatable {
  package var roles: [Role]
  package var people: [Person]
  package var purposes: [Purpose]
  package var quotas: Quotas
  /// Validity of a client certificate from the built-in authority.
  package var certificateDays: Int
  /// Validity of an API key.
  package var keyDays: Int
  /// Longest term of a grant.
  package var grantDays: Int

  package init(
    roles: [Role] = [], people: [Person], purposes: [Purpose], quotas: Quotas = Quotas(),
    certificateDays: Int = 365,
    keyDays: Int = 365,
    grantDays: Int = 365
  ) {
    self.roles = roles
    self.people = people
    self.purposes = purposes
    self.quotas = quotas
    self.certificateDays = certificateDays
    self.keyDays = keyDays
    self.grantDays = grantDays
  }

  package func person(_ id: String) -> Person? { people.first { $0.id == id } }
  package func purpose(_ id: String) -> Purpose? { purposes.first { $0.id == id } }
}

/// What a person may do.
package struct Role: Sendable, Hashable {
  package var id: String
  package var title: Text

  package init(id: String, title: Text) {
    self.id = id
    self.title = title
  }
}

/// Somebody who publishes, approves or administers. The private key is in their own home.
package struct Person: Sendable, Hashable {
  package var id: String
  package var name: Text
  /// Id of one of the catalogue's organizations.
  package var organization: String
  package var roles: [String]
  /// Ed25519; nil until `person add` made one. Who has none signs nothing.
  package var key: VerifyingKey?

  package init(id: String, name: Text, organization: String, roles: [String], key: VerifyingKey? = nil) {
    self.id = id
    self.name = name
    self.organization = organization
    self.roles = roles
    self.key = key
  }
}

extension Person {
  /// The same person with their roles, or with none of them where what is signed is not for them to judge.
  package func having(roles: Bool) -> Person {
    var person = self
    if !roles { person.roles = [] }
    return person
  }
}

/// What a result may be used for.
package struct Purpose: Sendable, Hashable {
  package var id: String
  package var title: Text

  package init(id: String, title: Text) {
    self.id = id
    self.title = title
  }
}

/// What a grant allows where it says nothing else.
package struct Quotas: Sendable, Hashable {
  package var callsPerMinute: Int
  package var callsPerDay: Int

  package init(callsPerMinute: Int = 60, callsPerDay: Int = 1000) {
    self.callsPerMinute = callsPerMinute
    self.callsPerDay = callsPerDay
  }
}
