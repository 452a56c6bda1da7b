package import Bytes
package import Policies
import Trust

extension Envelope {
  /// The envelope as it is signed; absent parts are null, so that none can be added unseen.
  package var json: JSON {
    [
      "dataset": .string(dataset), "family": .string(family), "owner": .string(owner),
      "level": .string(level), "legalBasis": JSON(legalBasis),
      "fields": .array(fields.map { JSON([$0.name, $0.type, $0.codeList, $0.level, $0.role, $0.words]) }),
      "codeLists": .object(
        codeLists.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
      "text": .string(text),
      "findings": .array(
        findings.map { ["field": .string($0.field), "rule": .string($0.rule), "most": JSON($0.most)] }),
      "shares": .array(
        shares.map { ["with": .string($0.with), "field": .string($0.field), "most": JSON($0.most)] }),
      "leastGroup": leastGroup.map { JSON($0) } ?? .null, "subject": .string(subject),
      "results": .string(results), "views": .string(views), "opaque": JSON(opaque),
      "changes": changes.map { JSON($0) } ?? .null, "until": JSON(until),
    ]
  }

  /// Reads exactly what `json` writes; nil for anything else.
  package init?(json: JSON) {
    func strings(_ json: JSON?) -> [String]? {
      guard let items = json?.array, case let texts = items.compactMap(\.string), texts.count == items.count
      else { return nil }
      return texts
    }
    guard let dataset = json["dataset"]?.string, let family = json["family"]?.string,
      let owner = json["owner"]?.string, let level = json["level"]?.string, let text = json["text"]?.string,
      let fields = json["fields"]?.array, let lists = json["codeLists"]?.members,
      let findings = json["findings"]?.array, let shares = json["shares"]?.array,
      let subject = json["subject"]?.string, let results = json["results"]?.string,
      let views = json["views"]?.string, let opaque = strings(json["opaque"])
    else { return nil }
    self.init(
      dataset: dataset, family: family, owner: owner, level: level, legalBasis: json["legalBasis"]?.string,
      fields: fields.compactMap { field in
        guard let parts = strings(field), parts.count == 6 else { return nil }
        return Field(
          name: parts[0], type: parts[1], codeList: parts[2], level: parts[3], role: parts[4], words: parts[5]
        )
      },
      codeLists: Dictionary(
        lists.compactMap { list in list.value.string.map { (list.key, $0) } },
        uniquingKeysWith: { first, _ in first }), text: text,
      findings: findings.compactMap { one in
        guard let field = one["field"]?.string, let rule = one["rule"]?.string, let most = one["most"]?.int
        else { return nil }
        return Ceiling(field: field, rule: rule, most: most)
      },
      shares: shares.compactMap { one in
        guard let with = one["with"]?.string, let field = one["field"]?.string, let most = one["most"]?.int
        else { return nil }
        return Share(with: with, field: field, most: most)
      },
      leastGroup: json["leastGroup"]?.int, subject: subject, results: results, views: views, opaque: opaque,
      changes: json["changes"]?.int, until: json["until"]?.string)
    // What was left out above would be something nobody agreed to.
    guard let told = try? json.canonical(), told == (try? self.json.canonical()) else { return nil }
  }

  /// Lower-case hex SHA-256 of its canonical form.
  package func hash() throws -> String { Hex.encode(Digest.sha256(try json.canonical())) }
}
