package import Bytes
package import Policies

/// An open table derived from a restricted dataset, declared in its `views`. It is published as a dataset of its own,
/// named by the view, and classified like any other.
package struct ViewDeclaration: Sendable, Hashable {
  /// Also the name of the open dataset: unique among datasets and views.
  package var name: String
  package var title: Text?
  package var description: Text?
  package var columns: [ViewColumn]
  /// The least k and l of its groups.
  package var promise: ViewPromise
  /// Why it may be open though the evidence says otherwise; such a view needs a second person.
  package var reason: Text?

  package init(
    name: String, title: Text? = nil, description: Text? = nil, columns: [ViewColumn], promise: ViewPromise,
    reason: Text? = nil
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.columns = columns
    self.promise = promise
    self.reason = reason
  }
}

/// One column of a view: a field of the dataset as it is, or made coarser.
package struct ViewColumn: Sendable, Hashable {
  /// What happens to a cell.
  package enum Form: Sendable, Hashable {
    /// As it is.
    case whole
    /// The code of a declared dimension, or of bands or a prefix declared in the view.
    case coded(Dimension)
    /// Only so many leading characters.
    case prefix(Int)
    /// Numbers above this one, a decimal text, become this one.
    case topCode(String)
    /// So many leading characters, and a star for each of the others.
    case mask(Int)
  }

  package var name: String
  package var title: Text
  package var field: String
  package var form: Form
  /// Whether it is what is to be learnt of a group (l-diversity is asked of it), and not what tells groups apart.
  package var isSensitive: Bool

  package init(name: String, title: Text, field: String, form: Form, isSensitive: Bool) {
    self.name = name
    self.title = title
    self.field = field
    self.form = form
    self.isSensitive = isSensitive
  }
}

/// What a derived dataset is: the view of which dataset, and the risk that was measured over its units.
package struct Derivation: Sendable, Hashable {
  package var parent: String
  package var promise: ViewPromise
  package var risk: RiskMeasures

  package init(parent: String, promise: ViewPromise, risk: RiskMeasures) {
    self.parent = parent
    self.promise = promise
    self.risk = risk
  }
}
