import Bytes

extension Graph {
  /// Turtle (W3C RDF 1.1 Turtle), `text/turtle`.
  package func turtle() -> [UInt8] {
    var out = ""
    for prefix in Self.prefixes { out += "@prefix \(prefix.name): <\(prefix.iri)> .\n" }
    for subject in subjects {
      var lines: [String] = []
      if !subject.types.isEmpty { lines.append("a " + subject.types.joined(separator: ", ")) }
      for statement in subject.statements {
        lines.append("\(statement.predicate) " + statement.terms.map(Self.turtle).joined(separator: ", "))
      }
      out += "\n<\(Escape.turtleIRI(subject.iri))> " + lines.joined(separator: " ;\n  ") + " .\n"
    }
    return Array(out.utf8)
  }

  private static func turtle(_ term: Term) -> String {
    switch term {
    case .iri(let iri): "<\(Escape.turtleIRI(iri))>"
    case .text(let text, let language): "\"\(Escape.turtle(text))\"" + (language.map { "@\($0)" } ?? "")
    case .typed(let text, let datatype): "\"\(Escape.turtle(text))\"^^\(datatype)"
    }
  }

  /// JSON-LD 1.1 with its context inside, `application/ld+json`.
  package func jsonLD() -> [UInt8] {
    let context = Self.prefixes.map { JSON.Member($0.name, .string($0.iri)) }
    let nodes = subjects.map { subject -> JSON in
      var members = [JSON.Member("@id", .string(subject.iri))]
      if !subject.types.isEmpty { members.append(JSON.Member("@type", JSON(subject.types))) }
      members += subject.statements.map { statement in
        let values = statement.terms.map(Self.json)
        return JSON.Member(statement.predicate, values.count == 1 ? values[0] : .array(values))
      }
      return .object(members)
    }
    return JSON.object([JSON.Member("@context", .object(context)), JSON.Member("@graph", .array(nodes))])
      .serialized(pretty: true)
  }

  private static func json(_ term: Term) -> JSON {
    switch term {
    case .iri(let iri): ["@id": .string(iri)]
    case .text(let text, let language?): ["@value": .string(text), "@language": .string(language)]
    case .text(let text, nil): .string(text)
    case .typed(let text, let datatype): ["@value": .string(text), "@type": .string(datatype)]
    }
  }

  /// RDF/XML (W3C RDF 1.1 XML Syntax), `application/rdf+xml`.
  package func rdfXML() -> [UInt8] {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF"
    for prefix in Self.prefixes { out += "\n  xmlns:\(prefix.name)=\"\(Escape.xmlAttribute(prefix.iri))\"" }
    out += ">\n"
    for subject in subjects {
      out += "  <rdf:Description rdf:about=\"\(Escape.xmlAttribute(subject.iri))\">\n"
      for type in subject.types {
        out += "    <rdf:type rdf:resource=\"\(Escape.xmlAttribute(Self.expanded(type)))\"/>\n"
      }
      for statement in subject.statements {
        for term in statement.terms { out += "    " + Self.xml(statement.predicate, term) + "\n" }
      }
      out += "  </rdf:Description>\n"
    }
    return Array((out + "</rdf:RDF>\n").utf8)
  }

  private static func xml(_ predicate: String, _ term: Term) -> String {
    switch term {
    case .iri(let iri): "<\(predicate) rdf:resource=\"\(Escape.xmlAttribute(iri))\"/>"
    case .text(let text, let language):
      "<\(predicate)\(language.map { " xml:lang=\"\($0)\"" } ?? "")>\(Escape.xml(text))</\(predicate)>"
    case .typed(let text, let datatype):
      "<\(predicate) rdf:datatype=\"\(Escape.xmlAttribute(expanded(datatype)))\">\(Escape.xml(text))</\(predicate)>"
    }
  }

  /// The address that a prefixed name stands for.
  private static func expanded(_ name: String) -> String {
    let parts = name.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let prefix = prefixes.first(where: { $0.name == parts[0] }) else { return name }
    return prefix.iri + parts[1]
  }
}
