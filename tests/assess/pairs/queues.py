"""Pairs in Go."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, pair
from .histories import NEWCOMER

HANDLE = change(
    "queue",
    "Hold the lock while a job runs",
    """
@@ queue/worker.go
 	w.running[job.ID] = job
-	w.mu.Unlock()
+	defer w.mu.Unlock()
 	err := job.Do(ctx)
-	if err != nil && job.Attempts < 5 {
+	for err != nil && job.Attempts < 5 {
 		log.Printf("job %s failed: %v", job.ID, err)
-		job.Attempts++
-		w.jobs <- job
+		job.Attempts++
+		go func() { w.jobs <- job }()
+		err = job.Do(ctx)
 	}
-	w.mu.Lock()
 	delete(w.running, job.ID)
-	w.mu.Unlock()
""",
)
HEAP = change(
    "queue",
    "Keep jobs sorted in place of a heap",
    """
@@ queue/scheduler.go
-	for i > 0 {
-		parent := (i - 1) / 2
-		if !s.heap[i].At.Before(s.heap[parent].At) {
-			break
-		}
-		s.heap[i], s.heap[parent] = s.heap[parent], s.heap[i]
-		i = parent
+	for i >= 0 && s.heap[i].At.After(job.At) {
+		i--
 	}
+	copy(s.heap[i+1:], s.heap[i:])
+	s.heap[i] = job
""",
)
IGNORED = change(
    "queue",
    "Accept old messages",
    """
@@ queue/codec.go
-	if len(in) < 4 {
-		return nil, errors.New("short header")
-	}
-	size := int(binary.BigEndian.Uint32(in))
-	if len(in) < 4+size {
-		return nil, errors.New("short body")
-	}
+	size := int(binary.BigEndian.Uint32(in))
+	if size < 0 {
+		return nil, errors.New("negative size")
+	}
""",
)
CANCEL = change(
    "queue",
    "Drain the queue before stopping",
    """
@@ queue/worker.go
-		case <-ctx.Done():
-			w.wg.Wait()
-			return
 		case job := <-w.jobs:
 			w.wg.Add(1)
 			go w.handle(ctx, job)
+		default:
+			if ctx.Err() != nil && len(w.jobs) == 0 {
+				close(w.jobs)
+				return
+			}
""",
)
WIRE = change(
    "queue",
    "Shorten the header of a message",
    """
@@ queue/codec.go
-	out := make([]byte, 4, 4+size)
-	binary.BigEndian.PutUint32(out, uint32(size))
+	out := make([]byte, 2, 2+size)
+	binary.LittleEndian.PutUint16(out, uint16(size))
@@ queue/codec.go
-	return in[4 : 4+size], nil
+	return in[2 : 2+size&0xffff], nil
""",
)
QRENAME = change(
    "queue",
    "Rename parameters",
    """
@@ queue/stats.go
-func Rate(done int, seconds int) string {
-	return fmt.Sprintf("%d/s", done/seconds)
+func Rate(jobs int, seconds int) string {
+	return fmt.Sprintf("%d/s", jobs/seconds)
@@ queue/stats.go
-	return part * 100 / all
+	return (part * 100) / all
""",
)
QWIDE = change(
    "queue",
    "Identify jobs by number",
    """
@@ queue/worker.go
-	w.running[job.ID] = job
+	w.running[job.Key()] = job
@@ queue/worker.go
-	delete(w.running, job.ID)
+	delete(w.running, job.Previous())
@@ queue/store.go
-	if job.ID == "" {
+	if job.Number == 0 && job.ID != "" {
@@ queue/store.go
-	s.rows[job.ID] = job
+	s.rows[job.Key()] = job
@@ queue/scheduler.go
-	if len(s.heap) == 0 || s.heap[0].At.After(s.now()) {
+	if len(s.heap) == 0 || s.heap[0].Number > 0 && s.heap[0].At.After(s.now()) {
@@ queue/codec.go
-	return append(out, job.Body...)
+	return append(append(out, job.Key()...), job.Body...)
""",
)
TINY = change(
    "queue",
    "Return 0 as the share of nothing",
    """
@@ queue/stats.go
 func Share(part int, all int) int {
+	if all == 0 {
+		return 0
+	}
""",
)
GO_CONST = 'const Name{v}{n} = "queue_{v}_{n}"'
GO_TEST = '\t\t"{n} {v}",'

QUEUE: list[Pair] = [
    pair(
        "lock-while-running",
        "queue",
        "A lock held over a job that may queue others, against names of metrics.",
        HANDLE,
        append("queue/names.go", GO_CONST, "Name more metrics"),
    ),
    pair(
        "heap-rewrite",
        "queue",
        "A heap's sifting rewritten in a file changed twelve times last month; comments are safe.",
        HEAP,
        comments("queue/scheduler.go", "// Jobs with the same {n} keep their order.", "Comment the scheduler"),
    ),
    pair(
        "ignored-errors",
        "queue",
        "Checks of untrusted sizes go away, against texts of the readme.",
        IGNORED,
        append("README.md", "Set `QUEUE_{N}` to change the {n}.", "List variables"),
    ),
    pair(
        "lock-or-generated",
        "queue",
        "Ten lines of locking break more than 72 generated lines of constants.",
        HANDLE,
        append("api/queue.pb.go", "const protoField{v}{n} = {i}", "Generate the protocol again", 72),
        equal=False,
    ),
    pair(
        "select-or-comments",
        "queue",
        "A busy loop with a close that can panic, against comments in a quiet file.",
        CANCEL,
        comments("queue/store.go", "// Keeps the {n} of a job.", "Comment the store"),
    ),
    pair(
        "cancel-or-test",
        "queue",
        "Cancellation reworked against a table of test inputs.",
        CANCEL,
        block(
            "queue/codec_test.go",
            "\nfunc TestTexts(t *testing.T) {\n\tfor _, text := range []string{\n",
            GO_TEST,
            "\t} {\n\t\tif _, err := Decode(Encode(Job{Body: []byte(text)})); err != nil {\n\t\t\tt.Fatal(err)"
            "\n\t\t}\n\t}\n}\n",
            "Test the codec with texts",
            16,
        ),
        equal=False,
    ),
    pair(
        "wire-format", "queue", "Another wire format breaks every peer; renamed parameters break nobody.", WIRE, QRENAME
    ),
    pair("newcomer-heap", "queue", "The rewrite of the heap by a stranger or by its owner.", by(HEAP, NEWCOMER), HEAP),
    pair(
        "wide-identity",
        "queue",
        "Another identity of jobs in four files against a list of names in one.",
        QWIDE,
        append("queue/names.go", GO_CONST, "Name all queues"),
    ),
    pair(
        "format-or-guard",
        "queue",
        "A queue that identifies jobs anew by a stranger against a guard against division by 0.",
        by(QWIDE, NEWCOMER),
        TINY,
        equal=False,
    ),
]
