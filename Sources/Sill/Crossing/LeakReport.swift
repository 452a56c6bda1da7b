package import Bytes

/// One place where a restricted value was found. The value itself is never shown, only its beginning.
package struct Leak: Sendable, Equatable, CustomStringConvertible {
  /// The part, and after `!` what was opened inside it: `site/data/a/b.xlsx!xl/sharedStrings.xml`.
  package let part: String
  /// In bytes from the beginning of what was opened; -1 for a value in the name itself.
  package let offset: Int
  package let form: SecretForm
  package let field: SecretField
  /// One or two characters of the value.
  package let masked: String
  /// Characters of the value.
  package let length: Int

  package var description: String { words.en }

  /// Which field's value stands where, and how it is spelled.
  package var words: Wording {
    let place =
      offset < 0
      ? Wording("in the name of \(part)", "\(part) 的名称中")
      : Wording("in \(part) at byte \(offset)", "\(part) 第 \(offset) 字节处")
    return Wording(
      "a value of \(field) (\(masked), \(length) characters) stands \(place.en), \(form.words.en)",
      "\(field) 的一个值（\(masked)，共 \(length) 个字符）\(form.words.zh)出现在\(place.zh)")
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
            "part": JSON($0.part), "offset": JSON($0.offset), "form": JSON($0.form.words.en),
            "field": JSON($0.field.description), "value": JSON("\($0.masked), \($0.length) characters"),
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

  package var message: String { message(in: "en") }
  package var hint: String? { hint(in: "en") }

  package func message(in language: String) -> String {
    let shown = report.leaks.prefix(20).map { "\n  " + $0.words.said(in: language) }.joined()
    let words = Wording(
      "\(report.leakCount) restricted \(report.leakCount == 1 ? "value stands" : "values stand") in the release; nothing was released",
      "待发布内容中有 \(report.leakCount) 个受限值；未发布任何内容")
    return words.said(in: language) + shown
  }

  package func hint(in language: String) -> String? {
    Wording(
      "remove the value where it was written (a description, a note, a file name); if it is public, publish the open source that holds it first",
      "请删去写有该值之处（说明、备注、文件名）；若该值本属公开，请先发布含有它的公开数据源"
    ).said(in: language)
  }
}

/// Something open whose values are no leak: a table as it was read, or words the portal itself publishes.
package enum OpenSource: Sendable {
  /// Which secrets such words excuse.
  package enum Reach: Sendable, Hashable {
    case all
    /// Those of one dataset, which declares them itself, where they identify nobody.
    case dataset(String)
    /// As many of each field that identifies nobody as may be there by coincidence, and namesakes of a label.
    case codes
    /// As many of each field as may be there by coincidence; more were put there.
    case few
  }

  /// Of a dataset: only in that dataset's own parts, under whose clearance they lie; what is open for the first time
  /// makes nothing public elsewhere.
  case file(HeldFile, of: String? = nil)
  case words([UInt8], Reach = .all)
  /// Labels of codes, which people wrote: public as texts, but a number of somebody in one is a leak all the same.
  case labels([UInt8], Reach = .all)
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
