import Foundation
import Imaging
import LinearMath
import Reconstruction
public import Scenes
public import Settings
import Work

/// A user's own network, which makes a volume of one picture.
public struct OnnxSettings: SettingsGroup {
  @Setting(
    "With --backend onnx: the network, a picture in; out either a volume, or codes for --onnx-field."
  )
  public var onnxModel: String? = nil

  @Setting("A second network, which tells density and color at points from the first one's codes.")
  public var onnxField: String? = nil

  @Setting(
    "Where libonnxruntime.so is; without it MAQUETTE_ONNX_RUNTIME, or where the system finds it.")
  public var onnxRuntime: String? = nil

  @Setting("The density above which space is solid.", in: -1e6...1e6)
  public var onnxThreshold = 0.5

  @Setting("Half the side of the cube that the field speaks of.", in: 0.01...100)
  public var onnxRadius = 1.0

  @Setting("What is up in the network's space: y with the front towards z, or z with it towards x.")
  public var onnxUp = UpAxis.y

  public init() {}

  /// A point of ours (+y up, front towards +z) in the network's axes.
  func axes(of point: SIMD3<Float>) -> SIMD3<Float> {
    onnxUp == .y ? point : SIMD3(point.z, point.x, point.y)
  }
}

/// Runs such networks. What they must look like is on the page *One picture*.
struct OnnxEngine {
  private let settings: OnnxSettings
  private let work: WorkContext
  private let picture: Image

  /// - Parameter picture: with the object as alpha.
  init(_ settings: OnnxSettings, _ picture: Image, _ work: WorkContext) {
    (self.settings, self.picture, self.work) = (settings, picture, work)
  }

  func object(_ rebuild: ReconstructSettings, _ observer: RebuildObserver) throws -> RebuiltObject {
    let first = try open(settings.onnxModel!)
    let image = try Self.tensor(picture, for: first, settings.onnxModel!)
    let input = (name: first.inputs[0], value: image)
    guard let path = settings.onnxField else {
      let wanted = ["density"] + first.outputs.filter { $0 == "color" }
      try Self.require(["density"], of: first.outputs, "output", settings.onnxModel!)
      let made = try first.run([input], outputs: wanted, work)
      let volume = try OnnxVolume(
        made[0], made.count > 1 ? made[1] : nil, settings, at: settings.onnxModel!)
      return try volume.prior.object(rebuild, work, observer)
    }
    let codes = try first.run([input], outputs: [first.outputs[0]], work)[0]
    let field = try open(path)
    try Self.require(["points"], of: field.inputs, "input", path)
    try Self.require(["density"], of: field.outputs, "output", path)
    guard let codesInput = field.inputs.first(where: { $0 != "points" }) else {
      throw InputError("bad-network", "it has no input for the codes of --onnx-model", path)
    }
    func ask(_ name: String, _ points: [SIMD3<Float>], each: Int) throws -> [Float] {
      let places = points.flatMap { point -> [Float] in
        let place = settings.axes(of: point) * Float(settings.onnxRadius)
        return [place.x, place.y, place.z]
      }
      let answer = try field.run(
        [(codesInput, codes), ("points", Tensor(shape: [1, points.count, 3], values: places))],
        outputs: [name], work)[0]
      guard answer.values.count == each * points.count else {
        throw InputError(
          "bad-network",
          "for \(points.count) points its output \(name) has \(answer.values.count) numbers instead of \(each * points.count)",
          path)
      }
      return answer.values
    }
    let threshold = Float(settings.onnxThreshold)
    let prior = VolumePrior(
      density: { try ask("density", $0, each: 1).map { $0 - threshold } },
      color: field.outputs.contains("color")
        ? { points in
          let values = try ask("color", points, each: 3)
          return points.indices.map {
            SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2]) * 255
          }
        } : nil)
    return try prior.object(rebuild, work, observer)
  }

  private func open(_ path: String) throws -> OnnxGraph {
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError("missing-file", "the network cannot be read", path)
    }
    let told = settings.onnxRuntime ?? ProcessInfo.processInfo.environment["MAQUETTE_ONNX_RUNTIME"]
    let graph = try OnnxGraph(path, library: told ?? "libonnxruntime.so.1", threads: work.threads)
    guard !graph.inputs.isEmpty, !graph.outputs.isEmpty else {
      throw InputError("bad-network", "it has no input or no output", path)
    }
    return graph
  }

  private static func require(
    _ wanted: [String], of ports: [String], _ kind: String, _ path: String
  )
    throws
  {
    for name in wanted where !ports.contains(name) {
      throw InputError(
        "bad-network",
        "it has no \(kind) called \(name), but \(ports.joined(separator: ", "))", path)
    }
  }

  /// The object on gray, its longer side 85 % of a square, in the layout that the network wants.
  private static func tensor(_ picture: Image, for graph: borrowing OnnxGraph, _ path: String)
    throws
    -> Tensor
  {
    let shape = graph.shape(of: graph.inputs[0])
    let isLast = shape.count >= 4 && (shape.last! == 3 || shape.last! == 4)
    let axes = isLast ? (shape.count - 3, shape.count - 2) : (shape.count - 2, shape.count - 1)
    let channel = isLast ? shape.count - 1 : shape.count - 3
    guard (4...5).contains(shape.count), let channels = shape[channel], [3, 4].contains(channels)
    else {
      let told = shape.map { $0.map(String.init) ?? "any" }.joined(separator: " x ")
      throw InputError(
        "bad-network", "its first input is \(told) and not a picture, 1 x 3 x height x width", path)
    }
    let (height, width) = (shape[axes.0] ?? 512, shape[axes.1] ?? 512)
    let framed = picture.framed(width: width, height: height)
    let pixels = width * height
    var values = [Float](repeating: 0, count: channels * pixels)
    for pixel in 0..<pixels {
      for c in 0..<channels {
        values[isLast ? channels * pixel + c : c * pixels + pixel] =
          Float(framed.bytes[4 * pixel + c]) / 255
      }
    }
    var whole = [Int](repeating: 1, count: shape.count)
    (whole[axes.0], whole[axes.1], whole[channel]) = (height, width, channels)
    return Tensor(shape: whole, values: values)
  }
}
