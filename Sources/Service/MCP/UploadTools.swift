import Foundation
import Settings

/// Tools that bring in files, and the one that makes a model of pictures.
enum UploadTools {
  static let all: [MCPTool] = [uploadModel, createOverlay, imageTo3D]

  private static let text: JSONValue = ["type": "string"]

  /// A copy of a file of this machine where uploads are: what is uploaded is taken away afterwards.
  private static func copy(_ path: String, _ rest: MCPRest) throws -> String {
    let place = rest.dispatch.core.scratch + "/local-" + Identifier.short()
    do { try FileManager.default.copyItem(atPath: path, toPath: place) } catch {
      throw MCPProblem(
        code: "invalid_request", "the file \(path.prefix(200)) is not there or cannot be read")
    }
    return place
  }

  private static let uploadModel = MCPTool(
    "upload_model", "Upload a model file of this machine", .spends,
    input: [
      ("path", MCPTool.text("Where the GLB, glTF or ZIP is")),
      ("renderSettings", DXGLTools.settingsSchema),
    ], required: ["path"],
    output: [("modelId", text), ("renderId", text), ("duplicate", ["type": "boolean"])]
  ) { arguments, rest, _ in
    let path = arguments["path"]?.string ?? ""
    let settings = arguments["renderSettings"].map { [("renderSettings", $0.text())] } ?? []
    let answer = try await rest.send(
      "/dxgl/v1/models", file: try copy(path, rest), name: path,
      fields: settings.map { (name: $0.0, value: $0.1) },
      idempotencyKey: rest.key(arguments))
    let data = answer["data"] ?? .null
    return (
      [
        "modelId": data["modelId"] ?? .null, "renderId": data["renderId"] ?? .null,
        "duplicate": data["duplicate"] ?? false,
      ], []
    )
  }.forLocalUse()

  private static let createOverlay = MCPTool(
    "create_overlay", "Upload a background picture for renders", .spends,
    input: [
      ("base64", MCPTool.text("A PNG, JPEG or WebP in base64")),
      ("name", MCPTool.text("What it is called")),
    ], required: ["base64"],
    output: [("overlayId", text), ("width", ["type": "integer"]), ("height", ["type": "integer"])]
  ) { arguments, rest, _ in
    guard let data = Data(base64Encoded: arguments["base64"]?.string ?? "") else {
      throw MCPProblem(code: "invalid_request", "base64 is no base64")
    }
    let place = rest.dispatch.core.scratch + "/overlay-" + Identifier.short()
    do { try data.write(to: URL(fileURLWithPath: place)) } catch {
      throw MCPProblem(code: "storage_full", "the picture cannot be stored")
    }
    let answer = try await rest.send(
      "/dxgl/v1/overlays", file: place, name: arguments["name"]?.string ?? "overlay",
      idempotencyKey: rest.key(arguments))
    return (answer["data"] ?? .null, [])
  }

  static let imageTo3D = MCPTool(
    "image_to_3d", "Rebuild a closed, textured model from one to four pictures of a thing", .spends,
    input: [
      (
        "pictures",
        MCPTool.list(
          ["type": "string"],
          "Addresses or base64; several show front, left, back, right in this order")
      ),
      ("targetVertices", MCPTool.whole(100...5_000_000, "About how many vertices")),
      ("textureSize", MCPTool.whole(64...8192, "Pixels along a side of the texture")),
      ("waitSeconds", MCPTool.whole(0...50, "Answer when the job has ended, or after so long")),
    ], required: ["pictures"], output: JobTools.jobOutput
  ) { arguments, rest, progress in
    let options = ["targetVertices", "textureSize"].compactMap { name in
      arguments[name].map { (key: name, value: $0) }
    }
    let job = try await rest.ask(
      "POST", "/maq/maquette/v1/jobs",
      [
        "kind": "reconstruct", "pictures": arguments["pictures"] ?? [],
        "params": .object(options),
      ], idempotencyKey: rest.key(arguments))
    let value = try await JobTools.followJob(
      job["jobId"], arguments["waitSeconds"]?.int ?? 0, rest, progress)
    return (value, [])
  }
}
