package import Bytes

/// One place where a restricted value was found. The value itself is never shown, only its beginning.
package struct Leak: Sendable, Equatable, CustomStringConvertible {
  /// The part, and after `!` what was opened inside it: `site/data/a/b.xlsx!xl/sharedStrings.xml`.
  package let part: String
  /// In bytes from the beginning of what was opened; -1 for a value in the name itself.
  package let offset: Int
  package let form: SecretForm
  package let field: SecretField
  /// One or two characters of the value and its length.
  package let masked: String

  package var description: String {
    let place = offset < 0 ? "in the name of \(part)" : "in \(part) at byte \(offset)"
    return "a value of \(field) (\(masked)) stands \(place), \(form.words)"
  }
}

/// What the leak scan saw.
package struct LeakReport: Sendable {
  /// Values given to be searched for.
  package internal(set) var values = 0
  /// Distinct values searched for.
  package internal(set) var distinct = 0
  /// Forms too short to be searched for; their values stand everywhere.
  package internal(set) var tooShort = 0
  package internal(set) var parts = 0
  /// Bytes looked at, unpacked ones too.
  package internal(set) var bytes = 0
  /// Distinct values that also stand in open sources, by field: not failed.
  package internal(set) var alsoOpen: [SecretField: Int] = [:]
  /// Found, but so short or so common that chance explains them: not failed. The first hundred.
  package internal(set) var byChance: [Leak] = []
  /// The first hundred leaks.
  package internal(set) var leaks: [Leak] = []
  /// Distinct leaked values and parts.
  package internal(set) var leakCount = 0

  package var json: JSON {
    func list(_ leaks: [Leak]) -> JSON {
      .array(
        leaks.map {
          [
            "part": JSON($0.part), "offset": JSON($0.offset), "form": JSON($0.form.words),
            "field": JSON($0.field.description), "value": JSON($0.masked),
          ]
        })
    }
    return [
      "values": JSON(values), "distinct": JSON(distinct), "tooShort": JSON(tooShort), "parts": JSON(parts),
      "bytes": JSON(bytes),
      "alsoOpen": .array(
        alsoOpen.sorted { $0.key.description < $1.key.description }.map {
          ["field": JSON($0.key.description), "values": JSON($0.value)]
        }), "byChance": list(byChance), "leaks": list(leaks), "leakCount": JSON(leakCount),
    ]
  }
}

/// Restricted values stand in what was to be released.
package struct LeakFound: Fault {
  package let report: LeakReport

  package var message: String {
    let shown = report.leaks.prefix(20).map { "  " + $0.description }.joined(separator: "\n")
    return
      "\(report.leakCount) restricted \(report.leakCount == 1 ? "value stands" : "values stand") in the release; nothing was released\n\(shown)"
  }

  package var hint: String? {
    "remove the value where it was written (a description, a note, a file name); if it is public, say so by an open source that holds it"
  }
}

/// Something open whose values are no leak: a table as it was read, or words the portal itself publishes.
package enum OpenSource: Sendable {
  case file(String)
  case words([UInt8])
  /// Labels of codes, which people wrote: public as texts, but a number of somebody in one is a leak all the same.
  case labels([UInt8])
}

/// Words that people wrote for the portal and that stand in its pages: a description, a title, a label.
package struct AuthoredText: Sendable {
  /// Where it was written, for a report: `Catalog/airports/dataset.json5, description`.
  package let place: String
  package let text: String

  package init(place: String, text: String) {
    self.place = place
    self.text = text
  }
}
