import Bytes
import Catalogs
import Tables

/// A query over a dataset's own rows that answers something.
struct RowExample {
  let query: String
  let zh: String
  let en: String

  /// Examples made from the schema and the first rows: a selection, a condition, a summary.
  static func of(_ resource: Resource, _ item: PublishedDataset, _ preview: [[String?]]) -> [RowExample] {
    let fields = resource.schema.fields
    let plain = fields.filter { isPlain($0.name) }
    guard !plain.isEmpty else { return [] }
    var examples = [
      RowExample(
        query: "select=\(plain.prefix(3).map(\.name).joined(separator: ","))&limit=5", zh: "选取几列，前五行",
        en: "A few columns, first five rows")
    ]
    if let (field, value) = condition(fields, preview, item.reports[resource.name]) {
      examples.append(
        RowExample(
          query: "\(field.name)=eq.\(Percent.encode(value))&format=csv", zh: "按条件筛选，输出 CSV",
          en: "Rows that meet a condition, as CSV"))
    }
    let measure = plain.first { $0.type == .number }
    if let group = grouping(plain, item.reports[resource.name]), let measure, group.name != measure.name {
      examples.append(
        RowExample(
          query: "select=\(group.name),count(),\(measure.name).mean()&order=count().desc&limit=10",
          zh: "分组汇总",
          en: "Count and mean by group"))
    } else if let measure {
      examples.append(
        RowExample(
          query: "order=\(measure.name).desc.nullslast&limit=10", zh: "按大小排序，前十行",
          en: "The ten greatest values"))
    }
    return examples
  }

  /// A name that stands in a query as it is.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !["select", "order", "limit", "after", "format", "resource"].contains(name)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
      }
  }

  /// The text field with fewest values, and one of them.
  private static func condition(
    _ fields: [Field], _ preview: [[String?]], _ report: TableReport?
  ) -> (Field, String)? {
    for (index, field) in fields.enumerated() where field.type == .string && isPlain(field.name) {
      if let report, report.columns.indices.contains(index), report.columns[index].distinct > 400 { continue }
      for row in preview {
        if row.indices.contains(index), let value = row[index], !value.isEmpty, value.utf8.count <= 40 {
          return (field, value)
        }
      }
    }
    return nil
  }

  private static func grouping(_ fields: [Field], _ report: TableReport?) -> Field? {
    fields.first { field in
      guard let column = report?.columns.first(where: { $0.name == field.name }) else { return false }
      return field.type != .number && (2...400).contains(column.distinct)
        && column.distinct * 2 < column.valid
    }
  }
}
