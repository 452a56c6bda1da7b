package import Bytes
package import Trust

/// The keyed tags of a `verify` or `score` result (DISCLOSURE a.12): no value, only what recognises one.
package struct ReleasedTags: Sendable, Equatable {
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

    /// The form's name: `text`, `date`, `number` or `boolean`.
    package var formName: String { form.rawValue }
  }

  /// The fields of a tuple: the subject's, then the claims, in the order they are joined.
  package let subject: [Field]
  package let claims: [Field]
  package let cost: TupleTag.Cost
  /// All tags, and tags of nobody among them, sorted, one after the other; a score's masked answer follows each tag (`answerLength` bytes).
  package let tags: [UInt8]
  package let answerLength: Int
  /// The declared values of a score, in order; empty for `verify`.
  package let values: [String]
  /// What an answer means, in plain words; and who answers for it.
  package let meaning: Text
  package let responsible: Text
  /// What guessing costs, in whole bits, rounded down: subject, independent claims, work of one try.
  package let price: Price
  /// Whether each call must carry a consent token.
  package let needsConsent: Bool

  /// The public part of the price of guessing.
  package struct Price: Sendable, Equatable {
    package let subjectBits: Int
    package let claimBits: Int
    package let costBits: Int

    /// Binary logarithm of the work of trying every tuple.
    package var bits: Int { subjectBits + claimBits + costBits }
  }

  init(
    subject: [Field], claims: [Field], cost: TupleTag.Cost, tags: [UInt8], answerLength: Int,
    values: [String], meaning: Text, responsible: Text, price: Price, needsConsent: Bool
  ) {
    self.subject = subject
    self.claims = claims
    self.cost = cost
    self.tags = tags
    self.answerLength = answerLength
    self.values = values
    self.meaning = meaning
    self.responsible = responsible
    self.price = price
    self.needsConsent = needsConsent
  }

  /// scrypt's cost in words: `N=64 r=8 p=1`.
  package var work: String { "N=\(cost.n) r=\(cost.r) p=\(cost.p)" }

  /// Tags, those of nobody among them.
  package var count: Int { tags.count / (TupleTag.length + answerLength) }
}

extension ReleasedTags {
  /// What the server needs beside the tags and the verify key.
  package var json: JSON {
    [
      "subject": .array(subject.map(\.json)), "claims": .array(claims.map(\.json)),
      "scrypt": ["n": JSON(cost.n), "r": JSON(cost.r), "p": JSON(cost.p)],
      "tagLength": JSON(TupleTag.length), "answerLength": JSON(answerLength), "count": JSON(count),
      "values": JSON(values), "meaning": meaning.json, "responsible": responsible.json,
      "price": [
        "subjectBits": JSON(price.subjectBits), "claimBits": JSON(price.claimBits),
        "costBits": JSON(price.costBits),
      ],
      "needsConsent": JSON(needsConsent),
    ]
  }

  init?(json: JSON, tags: [UInt8]) {
    guard let subject = json["subject"]?.array?.mapAll(Field.init(json:)),
      let claims = json["claims"]?.array?.mapAll(Field.init(json:)), let n = json["scrypt"]?["n"]?.int,
      let r = json["scrypt"]?["r"]?.int, let p = json["scrypt"]?["p"]?.int,
      let answerLength = json["answerLength"]?.int, answerLength >= 0,
      let values = json["values"]?.array?.mapAll(\.string),
      let meaning = json["meaning"].flatMap(Text.init(json:)),
      let responsible = json["responsible"].flatMap(Text.init(json:)),
      let subjectBits = json["price"]?["subjectBits"]?.int,
      let claimBits = json["price"]?["claimBits"]?.int, let costBits = json["price"]?["costBits"]?.int,
      let consent = json["needsConsent"]?.bool
    else { return nil }
    self.init(
      subject: subject, claims: claims, cost: TupleTag.Cost(n: n, r: r, p: p), tags: tags,
      answerLength: answerLength, values: values, meaning: meaning, responsible: responsible,
      price: Price(subjectBits: subjectBits, claimBits: claimBits, costBits: costBits), needsConsent: consent)
  }
}

extension ReleasedTags.Field {
  var json: JSON { ["name": .string(name), "title": title.json, "form": .string(form.rawValue)] }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let title = json["title"].flatMap(Text.init(json:)),
      let form = json["form"]?.string.flatMap(TupleForm.init(rawValue:))
    else { return nil }
    self.init(name: name, title: title, form: form)
  }
}
