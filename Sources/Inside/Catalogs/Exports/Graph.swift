import Bytes

/// What a triple says of its subject.
package enum Term: Sendable, Hashable {
  /// Another thing, by its absolute address.
  case iri(String)
  /// Words, in a language where one is known.
  case text(String, language: String?)
  /// A value with its datatype, by a prefixed name such as `xsd:date`.
  case typed(String, datatype: String)
}

/// An RDF graph in the order it was built, without blank nodes, so that the same catalogue gives the same bytes.
package struct Graph: Sendable, Equatable {
  /// Prefixes that predicates, types and datatypes use.
  static let prefixes: [(name: String, iri: String)] = [
    ("adms", "http://www.w3.org/ns/adms#"), ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatap", "http://data.europa.eu/r5r/"), ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"), ("geo", "http://www.opengis.net/ont/geosparql#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"), ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"), ("spdx", "http://spdx.org/rdf/terms#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"), ("xsd", "http://www.w3.org/2001/XMLSchema#"),
  ]

  struct Subject: Sendable, Equatable {
    let iri: String
    /// Prefixed names.
    var types: [String] = []
    /// Predicate (a prefixed name) and what it says, predicates of one name together.
    var statements: [Statement] = []
  }

  struct Statement: Sendable, Equatable {
    let predicate: String
    var terms: [Term]
  }

  private(set) var subjects: [Subject] = []
  private var places: [String: Int] = [:]

  /// Number of triples.
  package var count: Int {
    subjects.reduce(0) { sum, subject in
      sum + subject.types.count + subject.statements.reduce(0) { $0 + $1.terms.count }
    }
  }

  private mutating func place(of iri: String) -> Int {
    if let place = places[iri] { return place }
    places[iri] = subjects.count
    subjects.append(Subject(iri: iri))
    return subjects.count - 1
  }

  /// Says that a thing is of these classes (prefixed names).
  mutating func type(_ iri: String, _ classes: String...) {
    let place = place(of: iri)
    for name in classes where !subjects[place].types.contains(name) { subjects[place].types.append(name) }
  }

  /// Says one thing of a subject, once.
  mutating func say(_ iri: String, _ predicate: String, _ term: Term) {
    let place = place(of: iri)
    if let index = subjects[place].statements.firstIndex(where: { $0.predicate == predicate }) {
      if !subjects[place].statements[index].terms.contains(term) {
        subjects[place].statements[index].terms.append(term)
      }
    } else {
      subjects[place].statements.append(Statement(predicate: predicate, terms: [term]))
    }
  }

  /// Says that a subject is tied to another thing.
  mutating func link(_ iri: String, _ predicate: String, _ object: String) {
    say(iri, predicate, .iri(object))
  }

  /// Says a text in each of its languages.
  mutating func say(_ iri: String, _ predicate: String, _ text: Text) {
    for (language, words) in text.byLanguage {
      say(iri, predicate, .text(words, language: language == Text.undetermined ? nil : language))
    }
  }
}
