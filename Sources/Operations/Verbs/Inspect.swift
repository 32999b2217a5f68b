import Geometry
import Formats
import LinearMath
import Scenes
public import Settings
public import Work

/// What must hold for `inspect` to exit with 0.
public enum Requirement: String, SettingChoice {
  case watertight, manifold, printable
}

public struct InspectSettings: SettingsGroup {
  @Setting("Exit with 1 unless the model is this.")
  public var require: Requirement? = nil

  public init() {}
}

/// Model to report.
public enum Inspect: Verb {
  public static let name = "inspect"
  public static let summary = "Reports what a model is: sizes, topology, materials, defects."
  public static let usage = "MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<InspectSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    work.progress.declare([("read", 1), ("measure", 1), ("intersections", 1)])
    work.progress.enter("read")
    let scene = try SceneFile.read(call.inputs[0], log: work.log, cancellation: work.cancellation)
    if scene.triangleCount == 0 {
      if let cloud = PointCloudReport(scene) {
        if let requirement = call.options.require {
          return VerbResult(
            result: cloud.json, text: cloud.text,
            unmetGuarantee: "a cloud of points is not \(requirement.rawValue)")
        }
        return VerbResult(result: cloud.json, text: cloud.text)
      }
      // A glTF may be a library of parts without a scene, or hold points and lines; that is no error
      // of the file. Nodes that hold nothing, and mesh formats without a mesh, are.
      let isGLTF = try SceneFormat.inside(call.inputs[0]).isGLTF
      guard isGLTF && (scene.roots.isEmpty || !scene.shapes.isEmpty) else {
        throw InputError("no-triangles", "the model holds no triangles", call.inputs[0])
      }
      work.log.warn("the model shows no triangles")
    }
    try work.checkCancelled()
    work.progress.enter("measure")
    let mesh = scene.merged()
    let report = mesh.report()
    try work.checkCancelled()
    work.progress.enter("intersections")
    let solid = try mesh.solidReport(report, work)
    let unmet = call.options.require.flatMap { requirement -> String? in
      let isMet =
        switch requirement {
        case .watertight: report.isWatertight
        case .manifold: report.isManifold
        case .printable: solid.isPrintable
        }
      return isMet ? nil : "the model is not \(requirement.rawValue)"
    }
    return VerbResult(
      result: json(solid, scene), text: text(solid, scene), unmetGuarantee: unmet)
  }

  private static func json(_ solid: SolidReport, _ scene: Scene) -> JSONValue {
    let report = solid.mesh
    let box = report.bounds
    func vector(_ v: SIMD3<Float>) -> JSONValue {
      box.isEmpty ? .null : .array((0..<3).map { .number(Double(v[$0])) })
    }
    return [
      "vertices": .integer(report.vertices),
      "triangles": .integer(report.triangles),
      "components": .integer(report.components),
      "boundaryEdges": .integer(report.boundaryEdges),
      "nonManifoldEdges": .integer(report.nonManifoldEdges),
      "nonManifoldVertices": .integer(report.nonManifoldVertices),
      "misorientedEdges": .integer(report.misorientedEdges),
      "degenerateTriangles": .integer(report.degenerateTriangles),
      "duplicateTriangles": .integer(report.duplicateTriangles),
      "selfIntersectingTriangles": .integer(solid.selfIntersectingTriangles),
      "buriedTriangles": .integer(solid.buriedTriangles),
      "printable": .bool(solid.isPrintable),
      "watertight": .bool(report.isWatertight),
      "manifold": .bool(report.isManifold),
      "oriented": .bool(report.isOriented),
      "volume": .number(report.volume),
      "area": .number(report.area),
      "genus": report.genus.map { .integer($0) } ?? .null,
      "boundingBox": ["min": vector(box.minimum), "max": vector(box.maximum)],
      "unit": scene.unit.map { .string($0.rawValue) } ?? .null,
      "materials": .integer(scene.materials.count),
      "textures": .integer(scene.textures.count),
      "nodes": .integer(scene.nodes.count),
      "extensions": .array(scene.extensions.map { .string($0) }),
    ]
  }

  private static func text(_ solid: SolidReport, _ scene: Scene) -> String {
    let report = solid.mesh
    let unit = scene.unit?.rawValue ?? "units"
    let size = report.bounds.size
    let yesNo = { (value: Bool) in value ? "yes" : "no" }
    var lines = [
      "triangles       \(report.triangles)",
      "vertices        \(report.vertices)",
      "components      \(report.components)",
      "size            \(size.x) x \(size.y) x \(size.z) \(unit)",
      "area            \(report.area) square \(unit)",
      "volume          \(report.volume) cubic \(unit)",
      "watertight      \(yesNo(report.isWatertight)), \(report.boundaryEdges) boundary edges",
      "manifold        \(yesNo(report.isManifold)), \(report.nonManifoldEdges) edges and "
        + "\(report.nonManifoldVertices) vertices are not",
      "oriented        \(yesNo(report.isOriented)), \(report.misorientedEdges) edges are not",
      "degenerate      \(report.degenerateTriangles) triangles",
      "duplicate       \(report.duplicateTriangles) triangles",
      "self-intersect  \(solid.selfIntersectingTriangles) triangles",
      "buried          \(solid.buriedTriangles) triangles",
      "printable       \(yesNo(solid.isPrintable))",
      "materials       \(scene.materials.count), textures \(scene.textures.count)",
    ]
    if let genus = report.genus { lines.insert("genus           \(genus)", at: 6) }
    if !scene.extensions.isEmpty {
      lines.append("extensions      \(scene.extensions.joined(separator: " "))")
    }
    return lines.joined(separator: "\n")
  }
}
