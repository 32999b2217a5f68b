import Formats
public import Geometry
import LinearMath
import Scenes
public import Settings
public import Work

public struct RepairModelSettings: SettingsGroup {
  public var repair = RepairSettings()

  @Setting("Also write the report as a JSON file.")
  public var report: String? = nil

  @Setting(
    "Also draw the model before and after as a PNG: open edges red, cuts orange, edges of three or more violet, and what was changed teal."
  )
  public var picture: String? = nil

  public init() {}
}

/// Broken mesh to a solid that can be printed.
public enum RepairModel: MeshVerb {
  public static let name = "repair"
  public static let summary =
    "Writes a closed solid that can be printed, keeps what was sound bit by bit, and says what it changed."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<RepairModelSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try SceneFormat(path: call.output!, writing: true)
    var paths = try OutputPaths(read: call.inputs, output: call.output)
    try paths.add(call.options.report, "--report")
    try paths.add(call.options.picture, "--picture", ending: "png")
    work.progress.declare([("read", 1)] + phases + [("write", 1)])
    // In the unit of the result: what is proved must be what is written, to the bit.
    let source = try MeshInput.read(call.inputs[0], as: target, isTolerant: true, work)
    let (repaired, report) = try repair(source.mesh, call.options, seed: call.seed, work)
    work.progress.enter("write")
    // Drawn first: what cannot be drawn leaves no half of what was asked.
    let picture = call.options.picture == nil ? [] : try picture(repaired, source.mesh, call, work)
    var outputs = try source.write(
      repaired.mesh, from: repaired.sources, as: target, to: call.output!, work)
    if let path = call.options.report {
      try StagedFile.write([(path: path, bytes: Array(report.json.text(pretty: true).utf8))])
      outputs.append(Artifact(path: path, mediaType: "application/json"))
    }
    if let path = call.options.picture {
      try StagedFile.write(picture, to: path)
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    return VerbResult(
      outputs: outputs, result: report.json, text: report.text,
      unmetGuarantee: report.unmetGuarantee)
  }

  public static let phases = [(name: "repair", weight: 6.0), (name: "measure", weight: 2.0)]

  public static func make(
    _ mesh: Mesh, groups: [Int], _ options: RepairModelSettings, seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh {
    guard options.report == nil, options.picture == nil else {
      throw UsageError("report and picture are files, which come of files only")
    }
    let (repaired, report) = try repair(mesh, options, seed: seed, work)
    return MadeMesh(
      mesh: repaired.mesh, sources: repaired.sources, result: report.json, text: report.text,
      unmetGuarantee: report.unmetGuarantee)
  }

  private static func repair(
    _ mesh: Mesh, _ options: RepairModelSettings, seed: UInt64, _ work: WorkContext
  ) throws -> (RepairedMesh, RepairDescription) {
    work.progress.enter("repair")
    let repaired = try mesh.repaired(options.repair, work)
    work.progress.enter("measure")
    let change = try repaired.mesh.largestChange(from: mesh, seed: seed, work)
    let hausdorff = change / Double(mesh.bounds.diagonal) * 100
    return (repaired, RepairDescription(report: repaired.report, hausdorffPercent: hausdorff))
  }

  private static func picture(
    _ repaired: RepairedMesh, _ input: Mesh, _ call: VerbCall<RepairModelSettings>,
    _ work: WorkContext
  ) throws -> [UInt8] {
    let up = try SceneFormat.inside(call.inputs[0]).usualUp
    return try MeshPicture.png(
      [
        .init(mesh: input, colors: try input.triangleDefects(work).map(\.color)),
        .init(mesh: repaired.mesh, colors: changes(repaired, input)),
      ], up: up, work)
  }

  /// Teal where a triangle is none of the input's.
  private static func changes(_ repaired: RepairedMesh, _ input: Mesh) -> [SIMD3<Float>] {
    repaired.mesh.trianglesFound(in: input).map { $0 ? MeshPicture.clay : MeshPicture.teal }
  }
}

/// A repair report for machines and for people.
struct RepairDescription {
  let report: RepairReport
  let hausdorffPercent: Double

  var unmetGuarantee: String? {
    report.after.isPrintable
      ? nil : "the result is not printable; --mode auto always ends with one"
  }

  var json: JSONValue {
    [
      "tier": .string(report.tier.rawValue),
      "printable": .bool(report.after.isPrintable),
      "untouchedPercent": .number(report.untouchedPercent),
      "hausdorffPercent": .number(hausdorffPercent),
      "components": .integer(report.after.mesh.components),
      "triangles": .integer(report.after.mesh.triangles),
      "volume": .number(report.after.mesh.volume),
      "changes": .array(
        report.changes.map {
          ["kind": .string($0.kind), "count": .integer($0.count), "detail": .string($0.detail)]
        }),
      "defects": defects(report.before),
      "remainingDefects": defects(report.after),
    ]
  }

  private func defects(_ solid: SolidReport) -> JSONValue {
    [
      "boundaryEdges": .integer(solid.mesh.boundaryEdges),
      "nonManifoldEdges": .integer(solid.mesh.nonManifoldEdges),
      "nonManifoldVertices": .integer(solid.mesh.nonManifoldVertices),
      "misorientedEdges": .integer(solid.mesh.misorientedEdges),
      "degenerateTriangles": .integer(solid.mesh.degenerateTriangles),
      "duplicateTriangles": .integer(solid.mesh.duplicateTriangles),
      "selfIntersectingTriangles": .integer(solid.selfIntersectingTriangles),
      "buriedTriangles": .integer(solid.buriedTriangles),
      "volume": .number(solid.mesh.volume),
    ]
  }

  var text: String {
    var lines = ["repaired        \(Self.words(report.tier))"]
    lines += report.changes.map {
      "  " + String($0.count).padding(to: 14) + $0.detail
    }
    lines.append("printable       \(report.after.isPrintable ? "yes" : "no")")
    lines.append(
      "triangles       \(report.before.mesh.triangles) -> \(report.after.mesh.triangles), "
        + "\(report.untouchedPercent.brief) % untouched")
    lines.append("components      \(report.after.mesh.components)")
    lines.append("largest change  \(hausdorffPercent.brief) % of the diagonal")
    return lines.joined(separator: "\n")
  }

  static func words(_ tier: RepairTier) -> String {
    switch tier {
    case .unchanged: "nothing: the mesh is sound"
    case .conservative: "in place"
    case .wrap: "by a new surface about everything"
    }
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
