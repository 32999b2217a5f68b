import Formats
import Geometry
import Foundation
import LinearMath
import Scenes
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

public enum UpAxis: String, SettingChoice {
  case y, z
}

public struct ConvertSettings: SettingsGroup {
  @Setting("Unit of the output's numbers; without it, the format's own where both are known.")
  public var unit: UnitName? = nil

  @Setting("Which axis points up in the output. glTF is y, STL is taken as z, others as y.")
  public var up: UpAxis? = nil

  @Setting("Join everything into one mesh; materials are left behind.")
  public var merge = false

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
    let source = try SceneFormat(path: call.inputs[0])
    var scene = try SceneFile.read(call.inputs[0], log: work.log)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", call.inputs[0])
    }
    if call.options.merge {
      scene = Scene(mesh: scene.merged(), unit: scene.unit)
    }
    scene = oriented(scene, from: source, to: call.options.up)
    scene = scaled(scene, to: call.options.unit?.unit ?? target.unit)
    work.progress.enter("write")
    let outputs = try ModelOutput.write(scene, as: target, to: call.output!, work)
    let vertices = scene.shapes.reduce(0) {
      $0 + $1.parts.reduce(0) { $0 + $1.mesh.positions.count }
    }
    return VerbResult(
      outputs: outputs,
      result: ["vertices": .integer(vertices), "triangles": .integer(scene.triangleCount)],
      text: "\(scene.triangleCount) triangles, \(vertices) vertices")
  }

  private static func oriented(_ scene: Scene, from format: SceneFormat, to up: UpAxis?) -> Scene {
    let present: UpAxis = format == .stl ? .z : .y
    guard let up, up != present else { return scene }
    let turn =
      up == .z
      ? Matrix3(columns: [1, 0, 0], [0, 0, 1], [0, -1, 0])
      : Matrix3(columns: [1, 0, 0], [0, 0, -1], [0, 1, 0])
    return scene.transformed(by: Matrix4(linear: turn))
  }

  /// Numbers change only where both units are known and differ.
  private static func scaled(_ scene: Scene, to unit: LengthUnit?) -> Scene {
    guard let from = scene.unit, let unit, from != unit else { return scene }
    let factor = from.meters / unit.meters
    let scale = Matrix3(columns: [factor, 0, 0], [0, factor, 0], [0, 0, factor])
    return scene.transformed(by: Matrix4(linear: scale))
  }
}
