import Bytes

/// The request fields that select a representation or a part of it, found in one pass without strings.
struct SelectingFields {
  var acceptEncoding: [Range<Int>] = []
  var ifMatch: [Range<Int>] = []
  var ifNoneMatch: [Range<Int>] = []
  var ifModifiedSince: Range<Int>?
  var ifUnmodifiedSince: Range<Int>?
  var ifRange: Range<Int>?
  var range: Range<Int>?
  var rangeCount = 0
  /// `Want-Repr-Digest` and `Want-Content-Digest` (RFC 9530 §4).
  var wantsReprDigest: [Range<Int>] = []
  var wantsContentDigest: [Range<Int>] = []

  init() {}

  init(_ head: RequestHead) {
    let bytes = head.bytes
    for field in head.fields {
      let name = field.name
      switch name.count {
      case 5 where bytes.matches(name, ignoringCaseOf: "range"):
        range = field.value
        rangeCount += 1
      case 8:
        if bytes.matches(name, ignoringCaseOf: "if-match") {
          ifMatch.append(field.value)
        } else if bytes.matches(name, ignoringCaseOf: "if-range") {
          ifRange = field.value
        }
      case 13 where bytes.matches(name, ignoringCaseOf: "if-none-match"): ifNoneMatch.append(field.value)
      case 15 where bytes.matches(name, ignoringCaseOf: "accept-encoding"): acceptEncoding.append(field.value)
      case 16 where bytes.matches(name, ignoringCaseOf: "want-repr-digest"):
        wantsReprDigest.append(field.value)
      case 17 where bytes.matches(name, ignoringCaseOf: "if-modified-since"):
        ifModifiedSince = ifModifiedSince ?? field.value
      case 19:
        if bytes.matches(name, ignoringCaseOf: "if-unmodified-since") {
          ifUnmodifiedSince = ifUnmodifiedSince ?? field.value
        } else if bytes.matches(name, ignoringCaseOf: "want-content-digest") {
          wantsContentDigest.append(field.value)
        }
      default: break
      }
    }
  }

  var hasConditions: Bool {
    !ifNoneMatch.isEmpty || !ifMatch.isEmpty || ifModifiedSince != nil || ifUnmodifiedSince != nil
  }
}
