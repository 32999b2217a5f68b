import HTTP
import Settings

/// Rage3D's API: pictures to a model, an STL of it, and a wallet in rupees.
struct Rage3D: Facade {
  static let dialect = "rage3d"
  static let unit = "inr_paise"
  /// Seven days.
  static let lifetime = 7 * 86_400_000

  let id = dialect
  let errorType = "application/json"
  let errorSchema = JSONSchema.object(["detail": JSONSchema.text], required: ["detail"])
  let lifetime: Int? = lifetime

  func response(to problem: ServiceProblem) -> Response {
    let detail = problem.short.map(Rage3DTasks.words) ?? problem.message
    return JSONText.response(problem.kind.status, ["detail": .string(detail)])
  }

  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? {
    Rage3DTasks.wire(job, outputs, core)
  }

  var routes: [Route] {
    let pictures = BodyPolicy(
      limit: Rage3DTasks.mostPictures * PictureSource.byteLimit + 1 << 20, takesForms: true)
    return [
      Route(
        "POST", "/generate-3d", "Makes a model of one to four pictures", scope: "write",
        body: pictures, run: Rage3DTasks.create
      ).documented(
        form: JSONSchema.object(
          ["images": JSONSchema.list(JSONSchema.file, 1...Rage3DTasks.mostPictures)],
          required: ["images"], isClosed: true),
        JSONSchema.object(
          [
            "task_id": JSONSchema.text, "status": JSONSchema.text, "message": JSONSchema.text,
            "balance_after": JSONSchema.number, "cost": JSONSchema.number,
          ], required: ["task_id", "status", "message", "balance_after", "cost"])
      ).counted(),
      Route("GET", "/task/{id}", "How far a task is", scope: "read", run: Rage3DTasks.get)
        .documented(Self.task),
      Route(
        "POST", "/task/{id}/convert-stl", "Makes an STL of a finished model", scope: "write",
        run: Rage3DTasks.convert
      ).documented(
        JSONSchema.object(
          ["task_id": JSONSchema.text, "status": JSONSchema.text, "stl_url": JSONSchema.text],
          required: ["task_id", "status", "stl_url"])),
      Route(
        "GET", "/download/{id}/{type}", "The model: glb or stl", scope: "read",
        run: Rage3DTasks.download
      ).giving(),
      Route("GET", "/generations", "Tasks, the newest first", scope: "read", run: Rage3DTasks.list)
        .documented(
          query: [("limit", JSONSchema.whole(1, 100))],
          JSONSchema.object(
            ["generations": JSONSchema.list(Self.task), "total": JSONSchema.whole],
            required: ["generations", "total"])),
      Route("GET", "/wallet/balance", "Rupees left", scope: "read", run: Rage3DTasks.balance)
        .documented(
          JSONSchema.object(
            ["balance": JSONSchema.number, "message": JSONSchema.text],
            required: ["balance", "message"])),
      Route("GET", "/auth/me", "Whose key this is", scope: "read", run: Rage3DTasks.profile)
        .documented(
          JSONSchema.object(
            [
              "email": JSONSchema.text, "name": JSONSchema.text, "balance": JSONSchema.number,
              "total_generations": JSONSchema.whole, "generation_cost": JSONSchema.number,
            ],
            required: ["email", "name", "balance", "total_generations", "generation_cost"])),
    ]
  }

  private static let task = JSONSchema.object(
    [
      "task_id": JSONSchema.text,
      "status": ["enum": ["queued", "running", "success", "failed"]],
      "progress": JSONSchema.whole(0, 100), "model_url": JSONSchema.text,
      "pbr_model_url": JSONSchema.text,
      "rendered_image_url": JSONSchema.text, "expires_at": JSONSchema.text,
      "error": JSONSchema.text,
      "created_at": JSONSchema.text, "backend": JSONSchema.text,
    ], required: ["task_id", "status", "progress"])
}
