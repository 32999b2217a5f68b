import Formats
import Foundation
import Geometry
import LinearMath
import Scenes
public import Settings
public import Work

/// How geometry is stored.
public enum GeometryCompression: String, SettingChoice {
  case none, meshopt, draco

  var compression: GeometryPacking.Compression {
    switch self {
    case .none: .none
    case .meshopt: .meshopt
    case .draco: .draco
    }
  }
}

public struct OptimizeSettings: SettingsGroup {
  @Setting(
    "How geometry is stored: meshopt is quick to decode, draco smallest, none is plain floats that every reader takes."
  )
  public var compression = GeometryCompression.meshopt

  @Setting("Make it of so many triangles; seams of textures are kept.", in: 1...2_000_000_000)
  public var targetTriangles: Int? = nil

  @Setting("Leave so large a share of the triangles; seams of textures are kept.", in: 0.0001...1)
  public var ratio: Double? = nil

  @Setting("The longest side of a texture; larger ones are made smaller.", in: 1...16_384)
  public var textureSize: Int? = nil

  @Setting("What textures are encoded as; each stays as it is where it would not get smaller.")
  public var textureFormat = TextureFormat.keep

  @Setting(
    "Quality of textures that are encoded with loss; normal maps have 95 at least.", in: 1...100)
  public var textureQuality = 85

  @Setting("Bits of a position along the longest side of its mesh.", in: 8...16)
  public var positionBits = 14

  @Setting("Bits of a texture coordinate across the picture.", in: 8...15)
  public var coordinateBits = 12

  @Setting("Bits of each of the two numbers that stand for a normal.", in: 4...8)
  public var normalBits = 8

  public init() {}
}

/// A model to a smaller one that looks the same.
public enum OptimizeModel: Verb {
  public static let name = "optimize"
  public static let summary =
    "Writes a model as a smaller GLB that looks the same: compressed, ordered for graphics processors, without what nothing uses."
  public static let usage = "MODEL -o MODEL.glb"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<OptimizeSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    guard try SceneFormat(path: call.output!, writing: true) == .glb else {
      throw UsageError("optimize writes .glb; give -o a name that ends so")
    }
    guard options.targetTriangles == nil || options.ratio == nil else {
      throw UsageError("give --target-triangles or --ratio, not both")
    }
    let decimates = options.targetTriangles != nil || options.ratio != nil
    work.progress.declare([
      ("read", 1), ("decimate", decimates ? 4 : 0.01), ("textures", 3),
      ("pack", 1), ("measure", 1),
    ])
    let bytesBefore = try ModelBytes.count(call.inputs[0])
    let input = try MeshInput.read(call.inputs[0], as: .glb, work)
    work.progress.enter("decimate")
    var scene = input.scene
    let count = input.mesh.triangles.count
    let target = options.targetTriangles ?? options.ratio.map { max(1, Int(Double(count) * $0)) }
    if let target, target < count {
      scene = try decimated(input, to: target, work)
    }
    scene = scene.usedOnly()
    work.progress.enter("textures")
    let pictures = SmallerPictures(
      longestSide: options.textureSize, format: options.textureFormat,
      quality: options.textureQuality)
    scene = try pictures.applied(to: scene, work)
    try work.checkCancelled()
    work.progress.enter("pack")
    let packing = GeometryPacking(
      compression: options.compression.compression, positionBits: options.positionBits,
      coordinateBits: options.coordinateBits, normalBits: options.normalBits)
    let (file, geometryBytes) = try SceneFile.encodeGLB(scene, packing)
    work.progress.enter("measure")
    // What was written is what is measured.
    let staged = try StagedFile(path: call.output!)
    try staged.fill(file)
    let written = try SceneFile.read(staged.temporaryPath, as: .glb, log: LogSink())
    let mesh = written.merged()
    let deviation = try mesh.deviation(from: input.mesh, seed: call.seed, work)
    let diagonal = Double(input.mesh.bounds.diagonal)
    try staged.commit()
    let (mean, largest) = (deviation.mean / diagonal * 100, deviation.maximum / diagonal * 100)
    return VerbResult(
      outputs: [Artifact(path: call.output!, mediaType: SceneFormat.glb.mediaType)],
      result: [
        "bytesBefore": .integer(bytesBefore), "bytesAfter": .integer(file.count),
        "geometryBytes": .integer(geometryBytes),
        "textureBytesBefore": .integer(input.scene.images.reduce(0) { $0 + $1.bytes.count }),
        "textureBytes": .integer(written.images.reduce(0) { $0 + $1.bytes.count }),
        "trianglesBefore": .integer(input.mesh.triangles.count),
        "triangles": .integer(mesh.triangles.count),
        "verticesBefore": .integer(input.mesh.positions.count),
        "vertices": .integer(mesh.positions.count),
        "meanErrorPercent": .number(mean), "maxErrorPercent": .number(largest),
      ],
      text: """
        bytes           \(bytesBefore) -> \(file.count), \(geometryBytes) of them geometry
        triangles       \(input.mesh.triangles.count) -> \(mesh.triangles.count)
        vertices        \(input.mesh.positions.count) -> \(mesh.positions.count)
        mean error      \(mean.brief) % of the diagonal
        largest error   \(largest.brief) % of the diagonal
        """)
  }

  private static func decimated(_ input: MeshInput, to target: Int, _ work: WorkContext) throws
    -> Scene
  {
    if !input.scene.variants.isEmpty {
      work.log.warn(
        "with fewer triangles the model has one look; its other variants are left behind")
    }
    var settings = DecimateSettings()
    settings.targetTriangles = target
    let result = try input.mesh.decimated(settings, groups: input.groups, work)
    if result.mesh.triangles.count > target {
      work.log.warn(
        "\(result.mesh.triangles.count) triangles are left, \(target) were asked for: "
          + "fewer would change how the surface is connected, or make it cut itself")
    }
    return input.replaced(by: result.mesh, from: result.sources)
  }
}

/// The size of a model's file; of glTF with the buffers and pictures beside it.
enum ModelBytes {
  static func count(_ path: String) throws -> Int {
    let own = try size(path)
    guard try SceneFormat(path: path) == .gltf,
      let document = try? JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: path)))
    else { return own }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    let links = ["buffers", "images"].flatMap { document[$0]?.array ?? [] }.compactMap {
      $0["uri"]?.string
    }
    let files = Set(
      links.filter { !$0.hasPrefix("data:") }.map { $0.removingPercentEncoding ?? $0 })
    return own + files.reduce(0) { $0 + ((try? size(folder.appendingPathComponent($1).path)) ?? 0) }
  }

  private static func size(_ path: String) throws -> Int {
    guard let bytes = fileBytes(path) else {
      throw InputError("missing-file", "there is no such file", path)
    }
    return bytes
  }
}
