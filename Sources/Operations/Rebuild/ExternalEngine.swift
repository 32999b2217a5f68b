import Formats
import Foundation
import Geometry
import Reconstruction
import Settings
import Work

/// A program of the user's that makes a model of one picture: a client of a server with a GPU, say. What it makes is read,
/// checked, brought to as many vertices as are wanted, and written; its materials stay.
enum ExternalEngine {
  static func run(
    _ call: VerbCall<ReconstructModelSettings>, as target: SceneFormat, _ work: WorkContext
  ) throws -> VerbResult {
    guard call.inputs.count == 1,
      NamedViews.isPicture(call.inputs[0]) || call.inputs[0].hasSuffix(".txt")
    else { throw UsageError("--backend external wants one picture, or words in a .txt") }
    let others = [
      call.options.stl, call.options.checkPicture, call.options.keepStages, call.options.masks,
    ]
    guard others.allSatisfy({ $0 == nil }), !call.options.check else {
      throw UsageError(
        "--backend external only writes the model; give it to print or render for the rest")
    }
    work.progress.declare([("external", 10), ("read", 1), ("decimate", 1), ("write", 1)])
    work.progress.enter("external")
    let folder = try ScratchFolder()
    defer { withExtendedLifetime(folder) {} }
    let place = folder.url
    let made = place.appendingPathComponent("model.glb")
    try ChildProcess("sh", package: "dash").run(
      ["-c", call.options.externalCommand!], log: place.appendingPathComponent("log"),
      environment: ["MAQUETTE_INPUT": call.inputs[0], "MAQUETTE_OUTPUT": made.path], work)
    guard FileManager.default.fileExists(atPath: made.path) else {
      throw InputError(
        "no-model", "the command ended well but wrote no file at $MAQUETTE_OUTPUT",
        call.options.externalCommand!)
    }
    let source = try MeshInput.read(made.path, work)
    work.progress.enter("decimate")
    var (mesh, sources) = (source.mesh, Array(source.mesh.triangles.indices))
    if let wanted = call.options.rebuild.targetVertices {
      var fewer = DecimateSettings()
      fewer.targetVertices = wanted
      let result = try mesh.decimated(fewer, groups: source.groups, work)
      (mesh, sources) = (result.mesh, result.sources)
    }
    work.progress.enter("write")
    let outputs = try source.write(mesh, from: sources, as: target, to: call.output!, work)
    let isClosed = mesh.report().isWatertight
    return VerbResult(
      outputs: outputs,
      result: [
        "backend": "external", "views": 1, "triangles": .integer(mesh.triangles.count),
        "watertight": .bool(isClosed),
      ],
      text:
        "1 picture by the external command to \(mesh.triangles.count) triangles, "
        + (isClosed ? "watertight" : "NOT watertight; maquette repair closes it"))
  }
}
