/// The part of a writer's work that needs no order: the bytes of a batch, which any thread may make. It does not know
/// the batch's place in the table.
protocol BatchEncoder: Sendable {
  func encode(_ batch: Batch, _ columns: TypedColumns) -> [UInt8]
}

/// A writer whose batches are encoded ahead of being written in their order.
protocol EncodedWriter: TableWriter {
  /// Known once the writer has begun.
  var encoder: any BatchEncoder { get }
  func write(encoded bytes: [UInt8]) throws
}

extension EncodedWriter {
  func write(_ batch: Batch, _ columns: TypedColumns) throws {
    try write(encoded: encoder.encode(batch, columns))
  }
}
