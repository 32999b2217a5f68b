import COnnx
import Dispatch
import Foundation
public import Work

/// Numbers with a shape, the last dimension varying fastest.
public struct Tensor: Sendable, Equatable {
  public let shape: [Int]
  public let values: [Float]

  /// - Parameter values: as many as the shape holds.
  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "the numbers do not fill the shape")
    (self.shape, self.values) = (shape, values)
  }
}

/// Why a network cannot be used.
public struct OnnxError: ExplainedError, Equatable {
  public let code, message, place: String
  public let kind: FailureKind
}

/// A network in an ONNX file, run by an ONNX Runtime that the user has installed.
@safe public struct OnnxGraph: ~Copyable {
  private let graph: OpaquePointer
  private let path: String
  public let inputs, outputs: [String]

  /// - Parameters:
  ///   - library: the path of `libonnxruntime.so`, or its name where the system finds it.
  ///   - threads: for each of its steps.
  /// - Throws: `OnnxError`, with exit code 5 where it is the library that is missing.
  public init(_ path: String, library: String, threads: Int) throws(OnnxError) {
    var cause: Int32 = 0
    var words = [CChar](repeating: 0, count: 1024)
    guard
      let graph = unsafe maquette_onnx_open(
        library, path, Int32(threads), &cause, &words, words.count)
    else {
      let why = Self.text(words)
      if cause == 1 {
        throw OnnxError(
          code: "missing-library",
          message:
            "ONNX Runtime is not loaded (\(why)); give --onnx-runtime the path of libonnxruntime.so, as in the wheel of PyPI's onnxruntime",
          place: library, kind: .missingDependency)
      }
      throw OnnxError(
        code: "bad-network", message: "the network is not loaded: \(why)", place: path,
        kind: .unreadableInput)
    }
    unsafe self.graph = graph
    self.path = path
    func names(_ output: Int32) -> [String] {
      let count = unsafe maquette_onnx_ports(graph, output)
      return (0..<count).map { index in
        var name = [CChar](repeating: 0, count: 256)
        unsafe maquette_onnx_name(graph, output, index, &name, name.count)
        return Self.text(name)
      }
    }
    (inputs, outputs) = (names(0), names(1))
  }

  deinit { unsafe maquette_onnx_close(graph) }

  /// The sizes of an input, nil where any will do; empty where there is no such input.
  public func shape(of input: String) -> [Int?] {
    guard let index = inputs.firstIndex(of: input) else { return [] }
    var shape = [Int64](repeating: 0, count: 8)
    let count = unsafe maquette_onnx_shape(graph, index, &shape)
    return shape.prefix(count).map { $0 < 1 ? nil : Int($0) }
  }

  /// Runs it once. Cancelling stops it between two of its steps.
  public func run(
    _ values: [(name: String, value: Tensor)], outputs wanted: [String], _ work: WorkContext
  ) throws -> [Tensor] {
    try work.checkCancelled()
    let watch = unsafe Watch(graph, work.cancellation)
    defer { watch.end() }
    var words = [CChar](repeating: 0, count: 1024)
    let status = try unsafe withPorts(values, wanted) { tensors, names in
      unsafe maquette_onnx_run(
        graph, tensors, values.count, names, wanted.count, &words, words.count)
    }
    try work.checkCancelled()
    guard status == 0 else { throw failure("the network does not run: \(Self.text(words))") }
    return try wanted.indices.map { try result($0, wanted[$0]) }
  }

  private func result(_ index: Int, _ name: String) throws(OnnxError) -> Tensor {
    var shape = [Int64](repeating: 0, count: 8)
    var (dimensions, count) = (0, 0)
    guard let values = unsafe maquette_onnx_result(graph, index, &shape, &dimensions, &count)
    else { throw failure("its output \(name) is not of 32-bit floats") }
    return Tensor(
      shape: shape.prefix(dimensions).map { Int($0) },
      values: unsafe Array(UnsafeBufferPointer(start: values, count: count)))
  }

  /// Lends names, shapes and numbers to C for the length of a call.
  private func withPorts(
    _ values: [(name: String, value: Tensor)], _ wanted: [String],
    _ body: ([maquette_onnx_tensor], [UnsafePointer<CChar>?]) -> Int32
  ) throws -> Int32 {
    let names = unsafe (values.map(\.name) + wanted).map { unsafe strdup($0) }
    defer { unsafe names.forEach { unsafe free($0) } }
    let shapes = values.map { $0.value.shape.map { Int64($0) } }
    func lend(_ index: Int, _ tensors: [maquette_onnx_tensor]) -> Int32 {
      guard index < values.count else {
        return unsafe body(tensors, names[values.count...].map { unsafe UnsafePointer($0) })
      }
      let numbers = values[index].value.values
      return unsafe numbers.withUnsafeBufferPointer { numbers in
        unsafe shapes[index].withUnsafeBufferPointer { shape in
          unsafe lend(
            index + 1,
            tensors + [
              maquette_onnx_tensor(
                name: names[index], values: numbers.baseAddress, count: numbers.count,
                shape: shape.baseAddress, dimensions: shape.count)
            ])
        }
      }
    }
    return unsafe lend(0, [])
  }

  private func failure(_ message: String) -> OnnxError {
    OnnxError(code: "bad-network", message: message, place: path, kind: .unreadableInput)
  }

  private static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Stops a run when work is cancelled, from a thread of its own.
@safe private final class Watch: Sendable {
  nonisolated(unsafe) private let graph: OpaquePointer
  private let isOver = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)

  init(_ graph: OpaquePointer, _ cancellation: Cancellation) {
    unsafe self.graph = graph
    Thread.detachNewThread { [self] in
      while isOver.wait(timeout: .now() + 0.05) == .timedOut {
        if cancellation.isCancelled { unsafe maquette_onnx_stop(self.graph) }
      }
      hasEnded.signal()
    }
  }

  /// Waits until the thread holds the graph no more.
  func end() {
    isOver.signal()
    hasEnded.wait()
  }
}
