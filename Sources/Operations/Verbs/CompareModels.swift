import Formats
public import Geometry
import LinearMath
import Scenes
public import Settings
public import Work

extension AlignmentRule: SettingChoice {}

public struct CompareSettings: SettingsGroup {
  @Setting("What may be done to the mesh first, to bring it nearest to the reference.")
  public var align = AlignmentRule.none

  @Setting("Points on each surface.", in: 100...100_000_000)
  public var samples = 100_000

  @Setting(
    "Exit with 1 when the mean distance is larger, in % of the reference's bounding-box diagonal.",
    in: 0...1000)
  public var maxChamferPercent: Double? = nil

  @Setting(
    "Exit with 1 when the largest distance is larger, in % of the reference's bounding-box diagonal.",
    in: 0...1000)
  public var maxHausdorffPercent: Double? = nil

  public init() {}
}

/// Two meshes to measures of how alike they are.
public enum CompareModels: Verb {
  public static let name = "compare"
  public static let summary = "Measures how far a mesh is from a reference."
  public static let usage = "MODEL REFERENCE"
  public static let inputCount = 2...2
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<CompareSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    work.progress.declare([("read", 1), ("measure", 4)])
    work.progress.enter("read")
    var units: [LengthUnit] = []
    let models = try call.inputs.map { path in
      let scene = try SceneFile.read(path, log: work.log, cancellation: work.cancellation)
      guard scene.triangleCount > 0 else {
        throw InputError("no-triangles", "the model holds no triangles", path)
      }
      if let unit = scene.unit { units.append(unit) }
      return scene.merged()
    }
    if units.count == 2, units[0] != units[1], call.options.align != .similarity {
      work.log.warn(
        "one model is in \(units[0].rawValue) and the other in \(units[1].rawValue); their numbers are compared as they are"
      )
    }
    work.progress.enter("measure")
    let transform = try models[0].aligned(
      to: models[1], call.options.align, seed: call.seed, work)
    let mesh = models[0].transformed(by: transform)
    let found = try mesh.compared(
      with: models[1], samples: call.options.samples, seed: call.seed, work)
    guard found.diagonal > 0 else {
      throw InputError("no-size", "the reference has no size to measure by", call.inputs[1])
    }
    let chamfer = found.chamferL1 / found.diagonal * 100
    let hausdorff = found.hausdorff / found.diagonal * 100
    var unmet: [String] = []
    if let limit = call.options.maxChamferPercent, chamfer > limit {
      unmet.append("the mean distance is \(chamfer) %, more than \(limit) %")
    }
    if let limit = call.options.maxHausdorffPercent, hausdorff > limit {
      unmet.append("the largest distance is \(hausdorff) %, more than \(limit) %")
    }
    return VerbResult(
      result: [
        "chamferL1Percent": .number(chamfer), "chamferL2": .number(found.chamferL2),
        "hausdorffPercent": .number(hausdorff),
        "fScore": .object(found.fScores.map { ("\($0.percent)", .number($0.value)) }),
        "normalConsistency": .number(found.normalConsistency),
        "volumeIoU": found.volumeIoU.map { .number($0) } ?? .null,
        "transform": .array(rows(transform)),
      ],
      text: text(found, chamfer, hausdorff),
      unmetGuarantee: unmet.isEmpty ? nil : unmet.joined(separator: "; "))
  }

  /// The sixteen numbers row by row.
  private static func rows(_ matrix: Matrix4) -> [JSONValue] {
    let (x, y, z, w) = matrix.columns
    return (0..<4).flatMap { row in [x, y, z, w].map { .number($0[row]) } }
  }

  private static func text(
    _ found: MeshComparison, _ chamfer: Double, _ hausdorff: Double
  ) -> String {
    var lines = [
      "mean distance   \(chamfer.brief) % of the diagonal",
      "largest         \(hausdorff.brief) % of the diagonal",
      "normals         \(found.normalConsistency.brief)",
    ]
    lines += found.fScores.map { "F-score \($0.percent) %   \($0.value.brief)" }
    lines.append(
      "volume IoU      " + (found.volumeIoU.map(\.brief) ?? "not both are watertight"))
    return lines.joined(separator: "\n")
  }
}
