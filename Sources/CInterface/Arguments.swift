import Foundation
import Geometry
import Operations
import Settings
import Work

/// What C gives, as values.
enum Arguments {
  static func settings(_ text: UnsafePointer<CChar>?) throws -> JSONValue {
    guard let text = unsafe text else { return .object([]) }
    do {
      return try JSONValue(parsing: Data(unsafe String(cString: text).utf8))
    } catch {
      throw UsageError("the settings are no JSON: \(error.reason)")
    }
  }

  static func text(_ text: UnsafePointer<CChar>?) -> String? {
    unsafe text.map { unsafe String(cString: $0) }
  }

  /// Larger numbers cannot be told in JSON.
  static func seed(_ seed: UInt64) throws -> UInt64 {
    guard seed <= UInt64(Int64.max) else {
      throw UsageError("a seed is a whole number from 0 to 2^63 - 1")
    }
    return seed
  }

  /// Packed arrays as a mesh, whose rows lie four numbers apart: they are copied once.
  static func mesh(
    _ positions: UnsafePointer<Float>?, _ vertices: Int, _ indices: UnsafePointer<UInt32>?,
    _ triangles: Int
  ) throws -> Mesh {
    guard unsafe (positions != nil || vertices == 0) && (indices != nil || triangles == 0) else {
      throw UsageError("there are \(vertices) vertices and \(triangles) triangles, but no numbers")
    }
    return try Mesh(
      positions: (0..<vertices).map { row in
        unsafe SIMD3(positions![3 * row], positions![3 * row + 1], positions![3 * row + 2])
      },
      triangles: (0..<triangles).map { row in
        unsafe SIMD3(indices![3 * row], indices![3 * row + 1], indices![3 * row + 2])
      })
  }

  /// The file, or where there is none the arrays.
  static func model(
    _ path: UnsafePointer<CChar>?, _ positions: UnsafePointer<Float>?, _ vertices: Int,
    _ indices: UnsafePointer<UInt32>?, _ triangles: Int
  ) throws -> ViewedModel {
    if let path = unsafe text(path) { return .file(path) }
    return .mesh(try unsafe mesh(positions, vertices, indices, triangles))
  }
}

typealias Progress = @convention(c) (Double, UnsafeMutableRawPointer?) -> Int32

extension WorkContext {
  /// Tells a C function how far it is, and is cancelled by it.
  @unsafe init(_ progress: Progress?, _ context: UnsafeMutableRawPointer?) {
    let cancellation = Cancellation()
    let observer = unsafe Observer(call: progress, context: context)
    self.init(
      progress: ProgressMeter { report in
        if observer.tell(report.fraction) { cancellation.cancel() }
      }, cancellation: cancellation)
  }

  /// The caller says that it may be called from any thread.
  @safe private struct Observer: @unchecked Sendable {
    let call: Progress?
    let context: UnsafeMutableRawPointer?

    func tell(_ fraction: Double) -> Bool { unsafe call?(fraction, context) ?? 0 != 0 }
  }
}
