import Formats
import Geometry
import LinearMath
public import Scenes
public import Settings
public import Work

/// The short names of length units, as people type them.
public enum UnitName: String, SettingChoice {
  case mm, cm, m
  case inch = "in"

  var unit: LengthUnit {
    switch self {
    case .mm: .millimeters
    case .cm: .centimeters
    case .m: .meters
    case .inch: .inches
    }
  }
}

public struct ConvertSettings: SettingsGroup {
  @Setting(
    "Unit of the output's numbers; without it, the format's own where both are known. Not for glTF."
  )
  public var unit: UnitName? = nil

  @Setting("Turn the model so that this axis points up; without it, coordinates keep their axes.")
  public var up: UpAxis? = nil

  @Setting(
    "Which axis points up in the input, for --up; without it z for STL and 3MF, y for the others.")
  public var sourceUp: UpAxis? = nil

  @Setting("Join everything into one mesh; materials are left behind.")
  public var merge = false

  @Setting("Multiply all lengths by this.", in: 1e-9...1e9)
  public var scale = 1.0

  @Setting("Make the longest side this long, in the output's unit.", in: 1e-9...1e9)
  public var longestSide: Double? = nil

  @Setting(
    "Make it this tall, in the output's unit; up is as for --up and --source-up.", in: 1e-9...1e9)
  public var height: Double? = nil

  @Setting("Make each connected piece of the surface a part of its own, the largest first.")
  public var split = false

  public init() {}
}

/// Model to model.
public enum Convert: Verb {
  public static let name = "convert"
  public static let summary = "Writes a model in another format, unit or orientation."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<ConvertSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("read", 1), ("write", 1)])
    work.progress.enter("read")
    let source = try SceneFormat.inside(call.inputs[0])
    var scene = try SceneFile.read(
      call.inputs[0], log: work.log, cancellation: work.cancellation)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", call.inputs[0])
    }
    if call.options.merge {
      scene = Scene(mesh: scene.merged(), unit: scene.unit)
    }
    if let up = call.options.up {
      scene = scene.turned(from: call.options.sourceUp ?? source.usualUp, to: up)
    }
    scene = try scaled(scene, to: target, call.options.unit?.unit, work.log)
    scene = try resized(
      scene, call.options, up: call.options.up ?? call.options.sourceUp ?? source.usualUp)
    var pieces: Int?
    if call.options.split { (scene, pieces) = try MeshInput(scene).split() }
    try work.checkCancelled()
    work.progress.enter("write")
    let outputs = try ModelOutput.write(scene, as: target, to: call.output!, work)
    let vertices = scene.shapes.reduce(0) {
      $0 + $1.parts.reduce(0) { $0 + $1.mesh.positions.count }
    }
    return VerbResult(
      outputs: outputs,
      result: .object(
        [("vertices", .integer(vertices)), ("triangles", .integer(scene.triangleCount))]
          + (pieces.map { [("pieces", .integer($0))] } ?? [])),
      text: "\(scene.triangleCount) triangles, \(vertices) vertices")
  }

  /// As large as was asked for, about the origin.
  private static func resized(
    _ scene: Scene, _ options: ConvertSettings, up: UpAxis
  ) throws -> Scene {
    guard
      [options.longestSide != nil, options.height != nil, options.scale != 1].count(where: \.self)
        <= 1
    else { throw UsageError("give one of --scale, --longest-side and --height") }
    var factor = options.scale
    if options.longestSide != nil || options.height != nil {
      let box = scene.merged().bounds
      let size = box.maximum - box.minimum
      let longest = Double(max(size.x, size.y, size.z))
      let tall = Double(up == .z ? size.z : size.y)
      if let wanted = options.longestSide, longest > 0 { factor = wanted / longest }
      if let wanted = options.height {
        guard tall > 0 else { throw UsageError("the model is flat, so --height cannot be met") }
        factor = wanted / tall
      }
    }
    guard factor != 1 else { return scene }
    return scene.transformed(
      by: Matrix4(linear: Matrix3(scale: factor)))
  }

  /// Numbers change only where both units are known and differ.
  static func scaled(
    _ scene: Scene, to format: SceneFormat, _ asked: LengthUnit?, _ log: LogSink
  ) throws -> Scene {
    if let fixed = format.fixedUnit, let asked, asked != fixed {
      throw UsageError(
        ".\(format.rawValue) is always in \(fixed.rawValue); leave --unit off or give that")
    }
    guard let unit = asked ?? format.unit else { return scene }
    guard let from = scene.unit else {
      log.warn("the input has no unit, so its numbers are taken as \(unit.rawValue)")
      var scene = scene
      scene.unit = unit
      return scene
    }
    guard from != unit else { return scene }
    let factor = from.meters / unit.meters
    let scale = Matrix3(scale: factor)
    var scaled = scene.transformed(by: Matrix4(linear: scale))
    scaled.unit = unit
    return scaled
  }
}
