package import Bytes
package import Trust

/// The keyed tags of a `verify` or `score` result (DISCLOSURE a.12): sorted, of one length, each followed by a score's
/// masked answer. Without the verify key they recognise nothing.
package struct StoredTags: Sendable, Equatable {
  /// One field of a tuple: what a caller has to send.
  package struct Field: Sendable, Equatable {
    package let name: String
    package let title: Text
    /// How its values are brought to one spelling.
    package let form: TupleForm

    package init(name: String, title: Text, form: TupleForm) {
      self.name = name
      self.title = title
      self.form = form
    }
  }

  /// The subject's fields and the claims, in the order they are joined.
  package let subject: [Field]
  package let claims: [Field]
  package let cost: TupleTag.Cost
  package let tagLength: Int
  package let answerLength: Int
  /// The declared values of a score, in order; empty for `verify`.
  package let values: [String]
  /// What an answer means, in plain words; and who answers for it.
  package let meaning: Text
  package let responsible: Text
  /// What guessing costs, in whole bits: subject, claims, work of one try.
  package let price: JSON
  package let needsConsent: Bool
  private let bytes: HeldBytes

  /// Reads Disclosure's description of the tags and takes the tags themselves; nil where they do not fit together.
  package init?(json: JSON, bytes: [UInt8]) { self.init(json: json, held: HeldBytes(bytes)) }

  /// The same with tags that are read where they lie.
  package init?(json: JSON, held bytes: HeldBytes) {
    guard let subject = json["subject"]?.array?.every(Field.init(json:)),
      let claims = json["claims"]?.array?.every(Field.init(json:)), !subject.isEmpty,
      let n = json["scrypt"]?["n"]?.int, let r = json["scrypt"]?["r"]?.int, let p = json["scrypt"]?["p"]?.int,
      let tagLength = json["tagLength"]?.int, tagLength > 0, let answerLength = json["answerLength"]?.int,
      answerLength >= 0, let count = json["count"]?.int, count >= 0,
      let values = json["values"]?.array?.every(\.string),
      let meaning = json["meaning"].flatMap({ Text(json: $0) }),
      let responsible = json["responsible"].flatMap({ Text(json: $0) }), let price = json["price"],
      let needsConsent = json["needsConsent"]?.bool, bytes.count == count * (tagLength + answerLength)
    else { return nil }
    self.subject = subject
    self.claims = claims
    cost = TupleTag.Cost(n: n, r: r, p: p)
    self.tagLength = tagLength
    self.answerLength = answerLength
    self.values = values
    self.meaning = meaning
    self.responsible = responsible
    self.price = price
    self.needsConsent = needsConsent
    self.bytes = bytes
  }

  /// The description, as `init(json:held:)` reads it.
  package var json: JSON {
    [
      "subject": .array(subject.map(\.json)), "claims": .array(claims.map(\.json)),
      "scrypt": ["n": JSON(cost.n), "r": JSON(cost.r), "p": JSON(cost.p)], "tagLength": JSON(tagLength),
      "answerLength": JSON(answerLength), "count": JSON(count), "values": JSON(values),
      "meaning": meaning.json, "responsible": responsible.json, "price": price,
      "needsConsent": JSON(needsConsent),
    ]
  }

  /// Every field that a caller states, in the order they are joined.
  package var fields: [Field] { subject + claims }

  package var count: Int { bytes.count / (tagLength + answerLength) }

  /// What follows that tag: nil where it is not among the tags, empty for `verify`. The same number of steps is taken
  /// whether it is there or not, and tags are compared in constant time.
  package func answer(to tag: [UInt8]) -> [UInt8]? {
    guard tag.count == tagLength, count > 0 else { return nil }
    let stride = tagLength + answerLength
    return bytes.withBytes { bytes in
      var (low, length) = (0, count)
      while length > 1 {
        let half = length / 2
        let start = (low + half) * stride
        if !tag.lexicographicallyPrecedes(bytes[start..<start + tagLength]) { low += half }
        length -= half
      }
      let start = low * stride
      let found = constantTimeEqual(Array(bytes[start..<start + tagLength]), tag)
      return found ? Array(bytes[start + tagLength..<start + stride]) : nil
    }
  }

  /// Whether a tuple is known, and for a score its value.
  /// - Parameter tag: of the same dataset and result, with this cost.
  /// - Throws: `TrustError` where scrypt has no memory.
  package func look(
    up fields: [String], _ tag: TupleTag
  ) throws(TrustError) -> (known: Bool, value: String?) {
    let made = try tag.tag(of: fields)
    guard let masked = answer(to: made.tag) else { return (false, nil) }
    let place = masked.first.map { Int($0 ^ made.mask) }
    return (true, place.flatMap { values.indices.contains($0) ? values[$0] : nil })
  }
}

extension StoredTags.Field {
  /// As a description for callers.
  package var json: JSON { ["name": JSON(name), "title": title.json, "form": JSON(form.rawValue)] }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap({ Text(json: $0) }),
      let form = json["form"]?.string.flatMap({ TupleForm(rawValue: $0) })
    else { return nil }
    self.init(name: name, title: title, form: form)
  }
}
