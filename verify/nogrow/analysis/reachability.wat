;; The search kernel: follows the flow graph of the scan kernel from the growths back to the ways in.
;;
;; In: the nodes that scan.wat describes, in the same memory; for each vertex (a function, a stand-in for the host's
;; functions, or the dispatch of an indirect call) the range of its nodes; for each import what it may do.
;; Out: for each vertex the next step towards a growth, over all calls and over the ways out.
;;
;; Two ways out of a function: 0 the normal exit, 1 the exceptional exit. Bits in a node's kind, once known:
;;   0x10 live: some run of the function may get here
;;   0x20 the normal exit can be reached from here, 0x40 the exceptional exit
;;   0x80 the memory may have grown when the function gets here
;; Bits in a vertex's state: 1 it may return, 2 it may throw, 4 its nodes' exits are known, 8 it may run after a growth,
;;   0x10 live calls of it wait for it to return or to throw, 0x20 its nodes have been followed (set for imports too),
;;   0x40 it can be reached from where `after` starts, 0x80 it waits in the queue
(module
  (import "nogrow" "memory" (memory 1))

  (global $kinds (mut i32) (i32.const 0))     ;; by node, as scan.wat says
  (global $targets (mut i32) (i32.const 0))
  (global $extras (mut i32) (i32.const 0))
  (global $places (mut i32) (i32.const 0))
  (global $calls (mut i32) (i32.const 0))     ;; the CALL nodes, 4 bytes each
  (global $calls_end (export "calls_end") (mut i32) (i32.const 0))
  (global $handlers (mut i32) (i32.const 0))  ;; whether any call has a handler around it
  (global $first_calls (mut i32) (i32.const 0)) ;; by vertex: its first place in that list, 0 if it calls nothing
  (global $ranges (mut i32) (i32.const 0))    ;; by vertex: its first node; one more than there are vertices
  (global $vertices (mut i32) (i32.const 0))
  (global $state (mut i32) (i32.const 0))     ;; by vertex: one byte
  (global $incoming (mut i32) (i32.const 0))  ;; by vertex: its first caller; one more than there are vertices
  (global $callers (mut i32) (i32.const 0))   ;; 8 bytes each: the calling node and its vertex
  (global $hops (mut i32) (i32.const 0))      ;; by vertex: the node that leads to a growth, 0 if none does, -1 the growing import
  (global $way_hops (mut i32) (i32.const 0))  ;; by vertex and way out: twice such a node and the callee's way; 0, -1 likewise
  (global $queue (mut i32) (i32.const 0))     ;; 4 bytes for each vertex and way out
  (global $order (mut i32) (i32.const 0))     ;; 4 bytes for each vertex that has nodes: most callees before their callers
  (global $stack (mut i32) (i32.const 0))     ;; 16 bytes for each node and 8 for each vertex
  (global $sets (mut i32) (i32.const 0))      ;; by vertex: 8 bytes, the imports it reaches
  (global $tail (mut i32) (i32.const 0))      ;; where the queue ends
  (global $top (mut i32) (i32.const 0))       ;; where the stack ends
  (global $settled (mut i32) (i32.const 0))   ;; where the queue of vertices that changed state ends
  (global $order_end (mut i32) (i32.const 0)) ;; where the order ends

  ;; The graph, as far as the scan has made it.
  (func (export "open") (param i32 i32 i32 i32 i32 i32 i32)
    (global.set $handlers (local.get 6))
    (global.set $kinds (local.get 0))
    (global.set $targets (local.get 1))
    (global.set $extras (local.get 2))
    (global.set $places (local.get 3))
    (global.set $calls (local.get 4))
    (global.set $calls_end (local.get 5)))

  (func (export "configure") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (global.set $first_calls (local.get 11))
    (global.set $ranges (local.get 0))
    (global.set $vertices (local.get 1))
    (global.set $state (local.get 2))
    (global.set $incoming (local.get 3))
    (global.set $callers (local.get 4))
    (global.set $hops (local.get 5))
    (global.set $way_hops (local.get 6))
    (global.set $queue (local.get 7))
    (global.set $order (local.get 8))
    (global.set $order_end (local.get 8))
    (global.set $stack (local.get 9))
    (global.set $sets (local.get 10)))

  (func $kind_at (param $node i32) (result i32)
    (i32.add (global.get $kinds) (local.get $node)))

  (func $kind (param $node i32) (result i32)
    (i32.load8_u (call $kind_at (local.get $node))))

  (func $mark (param $node i32) (param $bits i32)
    (i32.store8 (call $kind_at (local.get $node)) (i32.or (call $kind (local.get $node)) (local.get $bits))))

  (func $target (param $node i32) (result i32)
    (i32.load (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2)))))

  (func $extra (param $node i32) (result i32)
    (i32.load (i32.add (global.get $extras) (i32.shl (local.get $node) (i32.const 2)))))

  ;; Where an exception out of the call at $node goes.
  (func $handler (param $node i32) (result i32)
    (local $extra i32)
    (if (i32.eqz (global.get $handlers))
      (then (return (i32.const -2))))
    (select (local.tee $extra (call $extra (local.get $node))) (i32.const -2) (local.get $extra)))

  (func $range (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $ranges) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $state_of (param $vertex i32) (result i32)
    (i32.load8_u (i32.add (global.get $state) (local.get $vertex))))

  (func $add_state (param $vertex i32) (param $bits i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (local.get $bits))))

  (func $first_caller (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $caller (param $index i32) (result i32)
    (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))

  ;; The vertex whose nodes hold $node: the last one whose range starts at or before it.
  (func $owner (param $node i32) (result i32)
    (local $low i32) (local $high i32) (local $middle i32)
    (local.set $high (global.get $vertices))
    (loop $more
      (local.set $middle
        (i32.shr_u (i32.add (i32.add (local.get $low) (local.get $high)) (i32.const 1)) (i32.const 1)))
      (if (i32.le_u (call $range (local.get $middle)) (local.get $node))
        (then (local.set $low (local.get $middle)))
        (else (local.set $high (i32.sub (local.get $middle) (i32.const 1)))))
      (br_if $more (i32.lt_u (local.get $low) (local.get $high))))
    (local.get $low))

  ;; Makes the nodes of a dispatch from node $first on: any one of $count vertices at $targets is called. The node after.
  (func (export "dispatch") (param $first i32) (param $vertices i32) (param $count i32) (result i32)
    (loop $more
      (if (local.get $count)
        (then
          (i32.store8 (call $kind_at (local.get $first)) (i32.const 1 (; BR_IF, to the next alternative ;)))
          (call $set_target (local.get $first) (i32.add (local.get $first) (i32.const 3)))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (i32.store8 (call $kind_at (local.get $first)) (i32.const 2 (; CALL ;)))
          (call $set_target (local.get $first) (i32.load (local.get $vertices)))
          (i32.store (global.get $calls_end) (local.get $first))
          (global.set $calls_end (i32.add (global.get $calls_end) (i32.const 4)))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (i32.store8 (call $kind_at (local.get $first)) (i32.const 0 (; BR ;)))
          (call $set_target (local.get $first) (i32.const -1))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (local.set $vertices (i32.add (local.get $vertices) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (i32.store8 (call $kind_at (local.get $first)) (i32.const 4 (; TRAP ;)))
    (i32.add (local.get $first) (i32.const 1)))

  ;; Makes calls of a function call what stands for it at $instead, 4 bytes for each of $functions; 0 leaves them.
  (func (export "redirect") (param $instead i32) (param $functions i32)
    (local $call i32) (local $callee i32) (local $dispatch i32)
    (local.set $call (global.get $calls))
    (loop $each
      (if (i32.lt_u (local.get $call) (global.get $calls_end))
        (then
          (local.set $callee (call $target (i32.load (local.get $call))))
          (if (i32.lt_u (local.get $callee) (local.get $functions))
            (then
              (local.set $dispatch
                (i32.load (i32.add (local.get $instead) (i32.shl (local.get $callee) (i32.const 2)))))
              (if (local.get $dispatch)
                (then (call $set_target (i32.load (local.get $call)) (local.get $dispatch))))))
          (local.set $call (i32.add (local.get $call) (i32.const 4)))
          (br $each)))))

  (func $set_target (param $node i32) (param $target i32)
    (i32.store (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))) (local.get $target)))

  ;; Sorts the calls by callee: `incoming` and `callers`.
  (func (export "link")
    (local $vertex i32) (local $node i32) (local $call i32) (local $address i32) (local $sum i32) (local $first i32)
    (local.set $call (global.get $calls))
    (loop $count
      (if (i32.lt_u (local.get $call) (global.get $calls_end))
        (then
          (local.set $address (i32.add (global.get $targets) (i32.shl (i32.load (local.get $call)) (i32.const 2))))
          (local.set $address (i32.add (global.get $incoming) (i32.shl (i32.load (local.get $address)) (i32.const 2))))
          (i32.store (local.get $address) (i32.add (i32.load (local.get $address)) (i32.const 1)))
          (local.set $call (i32.add (local.get $call) (i32.const 4)))
          (br $count))))
    ;; Each entry becomes the end of its vertex's callers; filling from the back makes it the start.
    (loop $add
      (local.set $address (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2))))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $address))))
      (i32.store (local.get $address) (local.get $sum))
      (br_if $add
        (i32.le_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (local.set $vertex (global.get $vertices))
    (local.set $first (call $range (local.get $vertex)))
    (loop $fill
      (if (i32.gt_u (local.get $call) (global.get $calls))
        (then
          (local.set $call (i32.sub (local.get $call) (i32.const 4)))
          (local.set $node (i32.load (local.get $call)))
          (loop $owner
            (if (i32.lt_u (local.get $node) (local.get $first))
              (then
                (local.set $vertex (i32.sub (local.get $vertex) (i32.const 1)))
                (local.set $first (call $range (local.get $vertex)))
                (br $owner))))
          (local.set $address (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))))
          (local.set $address (i32.add (global.get $incoming) (i32.shl (i32.load (local.get $address)) (i32.const 2))))
          (local.set $sum (i32.sub (i32.load (local.get $address)) (i32.const 1)))
          (i32.store (local.get $address) (local.get $sum))
          (i32.store (i32.add (global.get $first_calls) (i32.shl (local.get $vertex) (i32.const 2))) (local.get $call))
          (local.set $address (i32.add (global.get $callers) (i32.shl (local.get $sum) (i32.const 3))))
          (i32.store (local.get $address) (local.get $node))
          (i32.store offset=4 (local.get $address) (local.get $vertex))
          (br $fill)))))

  ;; ---- which functions return, which throw, which nodes are live: the least fixpoint

  ;; Follows the nodes of $vertex in their order, marking what comes next as live. A function is followed before the first
  ;; call of it, which is then met again: so calls seldom have to wait. Few branches: they would be hard to predict.
  (func $sweep (param $vertex i32)
    (local $index i32) (local $stop i32) (local $kind i32) (local $callee i32) (local $state i32)
    (local $live i32) (local $target i32) (local $falls i32)
    (call $later (i32.const 0) (local.get $vertex))
    (local.set $index (call $enter (local.get $vertex)))
    (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (local.set $live (i32.const 0x10))
    (loop $more
      (if (i32.eq (local.get $index) (local.get $stop))
        (then
          (call $note_exits (local.get $vertex))
          (call $ordered (local.get $vertex))
          (global.set $top (i32.sub (global.get $top) (i32.const 8)))
          (local.set $index (i32.load (global.get $top)))
          (if (i32.eqz (local.get $index))
            (then (return)))
          (local.set $vertex (i32.load offset=4 (global.get $top)))
          (local.set $live (i32.const 0x10))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))))
      ;; $live is 0x10 if control can come from the node before.
      (local.set $kind
        (i32.or (i32.load8_u (i32.add (global.get $kinds) (local.get $index))) (local.get $live)))
      (local.set $target (local.get $index))
      (local.set $live (i32.const 0))
      (if (i32.and (local.get $kind) (i32.const 0x10))
        (then
          (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (local.get $kind))
          (local.set $target
            (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
          (if (i32.eq (local.get $kind) (i32.const 0x12 (; CALL ;)))
            (then
              (local.set $callee (local.get $target))
              (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $callee))))
              (if (i32.eqz (i32.and (local.get $state) (i32.const 0x20)))
                (then
                  (call $note_exits (local.get $vertex))
                  (call $later (local.get $index) (local.get $vertex))
                  (local.set $vertex (local.get $callee))
                  (local.set $index (call $enter (local.get $vertex)))
                  (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
                  (local.set $live (i32.const 0x10))
                  (br $more)))
              (if (i32.ne (i32.and (local.get $state) (i32.const 3)) (i32.const 3))
                (then (call $add_state (local.get $callee) (i32.const 0x10))))
              (local.set $falls (i32.and (local.get $state) (i32.const 1)))
              (local.set $target
                (select
                  (if (result i32) (global.get $handlers)
                    (then (call $handler (local.get $index)))
                    (else (i32.const -2)))
                  (local.get $index)
                  (i32.and (local.get $state) (i32.const 2)))))
            (else
              (local.set $kind (i32.and (local.get $kind) (i32.const 0xf)))
              ;; All but BR and TRAP go on at the next node.
              (local.set $falls
                (i32.and (i32.shr_u (i32.const 0x1ee) (local.get $kind)) (i32.const 1)))
              (local.set $target
                (select (local.get $target) (local.get $index) (i32.le_u (local.get $kind) (i32.const 1))))))
          (if (i32.lt_u (local.get $target) (local.get $index))
            (then (call $run (local.get $target) (local.get $vertex)))
            (else
              (local.set $target (i32.add (global.get $kinds) (local.get $target)))
              (i32.store8 (local.get $target)
                (i32.or (i32.load8_u (local.get $target)) (i32.const 0x10)))))
          (local.set $live (i32.shl (local.get $falls) (i32.const 4)))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $more)))

  ;; The two bytes before the kinds are marked as the exits are come to.
  (func $note_exits (param $vertex i32)
    (local $marks i32)
    (local.set $marks (i32.load16_u (call $kind_at (i32.const -2))))
    (i32.store16 (call $kind_at (i32.const -2)) (i32.const 0))
    (if (i32.and (local.get $marks) (i32.const 0x1000))
      (then (call $leaves (local.get $vertex) (i32.const 1))))
    (if (i32.and (local.get $marks) (i32.const 0x10))
      (then (call $leaves (local.get $vertex) (i32.const 2)))))

  ;; Starts to follow $vertex: its first node.
  (func $enter (param $vertex i32) (result i32)
    (call $add_state (local.get $vertex) (i32.const 0x20))
    (call $range (local.get $vertex)))

  (func $ordered (param $vertex i32)
    (i32.store (global.get $order_end) (local.get $vertex))
    (global.set $order_end (i32.add (global.get $order_end) (i32.const 4))))

  ;; A run of $vertex gets to node $index, or leaves by an exit: follows it as far as it goes.
  (func $run (param $index i32) (param $vertex i32)
    (local $kind i32) (local $state i32) (local $callee i32) (local $bottom i32)
    (local.set $bottom (global.get $top))
    (loop $more
      (block $ended
        (if (i32.ge_u (local.get $index) (i32.const -2))
          (then
            (call $leaves (local.get $vertex) (i32.sub (i32.const 0) (local.get $index)))
            (br $ended)))
        (local.set $kind (i32.load8_u (i32.add (global.get $kinds) (local.get $index))))
        (br_if $ended (i32.and (local.get $kind) (i32.const 0x10)))
        (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
          (then
            (local.set $callee (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
            (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $callee))))
            (if (i32.eqz (i32.and (local.get $state) (i32.const 0x20)))
              (then
                (call $later (local.get $index) (local.get $vertex))
                (call $add_state (local.get $callee) (i32.const 0x20))
                (call $ordered (local.get $callee))
                (local.set $index (call $range (local.get $callee)))
                (local.set $vertex (local.get $callee))
                (br $more)))
            (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (i32.or (local.get $kind) (i32.const 0x10)))
            (if (i32.ne (i32.and (local.get $state) (i32.const 3)) (i32.const 3))
              (then (call $add_state (local.get $callee) (i32.const 0x10))))
            (if (i32.and (local.get $state) (i32.const 2))
              (then (call $later (call $handler (local.get $index)) (local.get $vertex))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br_if $more (i32.and (local.get $state) (i32.const 1)))
            (br $ended)))
        (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (i32.or (local.get $kind) (i32.const 0x10)))
        (if (i32.le_u (local.get $kind) (i32.const 1 (; BR, BR_IF ;)))
          (then
            (if (local.get $kind)
              (then
                (call $later (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))) (local.get $vertex))
                (local.set $index (i32.add (local.get $index) (i32.const 1))))
              (else (local.set $index (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))))
            (br $more)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br_if $more (i32.ne (local.get $kind) (i32.const 4 (; TRAP ;)))))
      (if (i32.gt_u (global.get $top) (local.get $bottom))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 8)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $vertex (i32.load offset=4 (global.get $top)))
          (br $more)))))

  (func $later (param $index i32) (param $vertex i32)
    (i32.store (global.get $top) (local.get $index))
    (i32.store offset=4 (global.get $top) (local.get $vertex))
    (global.set $top (i32.add (global.get $top) (i32.const 8))))

  ;; $vertex comes to an exit. If calls of it wait for that, it queues up to wake them.
  (func $leaves (param $vertex i32) (param $bit i32)
    (local $address i32) (local $state i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (local.set $state (i32.load8_u (local.get $address)))
    (if (i32.eqz (i32.and (local.get $state) (local.get $bit)))
      (then
        (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
        (if (i32.and (local.get $state) (i32.const 0x10))
          (then
            (i32.store (global.get $settled) (local.get $vertex))
            (global.set $settled (i32.add (global.get $settled) (i32.const 4))))))))

  (func (export "compute_summaries")
    (local $vertex i32) (local $head i32) (local $index i32) (local $stop i32) (local $node i32) (local $state i32)
    (local $address i32) (local $kinds i32) (local $caller i32)
    (global.set $top (global.get $stack))
    (global.set $settled (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $each
      (if (i32.lt_u (local.get $vertex) (global.get $vertices))
        (then
          ;; Stand-ins for the host have no nodes: what comes next is not theirs.
          (if (i32.and
                (i32.eqz (i32.and (call $state_of (local.get $vertex)) (i32.const 0x20)))
                (i32.lt_u (call $range (local.get $vertex)) (call $range (i32.add (local.get $vertex) (i32.const 1)))))
            (then (call $sweep (local.get $vertex))))
          (local.set $vertex (i32.add (local.get $vertex) (i32.const 1)))
          (br $each))))
    ;; A vertex that has come to return, or to throw, wakes the live calls of it.
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $settled))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $state (call $state_of (local.get $vertex)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $wake
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))
                (local.set $node (i32.load (local.get $address)))
                (local.set $kinds (i32.load16_u (i32.add (global.get $kinds) (local.get $node))))
                (if (i32.and (local.get $kinds) (i32.const 0x10))
                  (then
                    ;; The next node's kind is the high byte.
                    (if (i32.gt_u (i32.shl (i32.and (local.get $state) (i32.const 1)) (i32.const 12))
                          (i32.and (local.get $kinds) (i32.const 0x1000)))
                      (then
                        (call $run (i32.add (local.get $node) (i32.const 1)) (i32.load offset=4 (local.get $address)))))
                    (if (i32.and (local.get $state) (i32.const 2))
                      (then
                        (local.set $caller (i32.load offset=4 (local.get $address)))
                        ;; Most calls are in no handler, and their callers throw already.
                        (if (i32.or (global.get $handlers)
                              (i32.eqz (i32.and
                                (i32.load8_u (i32.add (global.get $state) (local.get $caller)))
                                (i32.const 2))))
                          (then (call $run (call $handler (local.get $node)) (local.get $caller))))))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $wake))))
          (br $more)))))

  ;; ---- over all calls: who can reach a growth of $memory

  (func $reached (param $vertex i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $vertex))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  ;; $grow is the first node of the list of GROW nodes; $growers are $count imports that grow the memory.
  (func (export "reach") (param $memory i32) (param $grow i32) (param $growers i32) (param $count i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $vertex i32) (local $address i32)
    (memory.fill (global.get $hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 2)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sites
      (if (local.get $grow)
        (then
          (if (i32.eq (call $target (local.get $grow)) (local.get $memory))
            (then (call $reached (call $owner (local.get $grow)) (local.get $grow))))
          (local.set $grow (call $extra (local.get $grow)))
          (br $sites))))
    (loop $imports
      (if (local.get $count)
        (then
          (call $reached (i32.load (local.get $growers)) (i32.const -1))
          (local.set $growers (i32.add (local.get $growers) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $imports))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address
                  (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))
                (if (i32.eqz
                      (i32.load
                        (i32.add (global.get $hops)
                          (i32.shl (i32.load offset=4 (local.get $address)) (i32.const 2)))))
                  (then
                    (call $reached (i32.load offset=4 (local.get $address)) (i32.load (local.get $address)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more))))
    (call $exits_of_reached))

  ;; ---- how each node of a function that reaches a growth can leave the function

  ;; The exits (0x20 and 0x40) that can be reached from $target: the bytes before the kinds say it of the exits.
  (func $exits_from (param $target i32) (result i32)
    (i32.and (i32.load8_u (i32.add (global.get $kinds) (local.get $target))) (i32.const 0x60)))

  (func $exits_of_reached
    (local $vertex i32)
    (i32.store8 (call $kind_at (i32.const -1)) (i32.const 0x20))
    (i32.store8 (call $kind_at (i32.const -2)) (i32.const 0x40))
    (loop $each
      (if (i32.eqz (i32.and (call $state_of (local.get $vertex)) (i32.const 4)))
        (then
          (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (then
              (call $add_state (local.get $vertex) (i32.const 4))
              (call $exits (local.get $vertex))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices)))))

  ;; Sweeps backwards over the nodes. What goes back to a node before it is written on the stack: where it would gain an
  ;; exit, another sweep starts there. After 16, every node may leave both ways: too much, never too little.
  (func $exits (param $vertex i32)
    (local $first i32) (local $index i32) (local $kind i32) (local $known i32) (local $next i32) (local $state i32)
    (local $target i32) (local $through i32) (local $sweeps i32) (local $place i32) (local $noted i32)
    (local.set $first (call $range (local.get $vertex)))
    (local.set $index (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (global.set $top (global.get $stack))
    (local.set $noted (global.get $stack))
    (loop $sweep
      (loop $each
        (if (i32.gt_u (local.get $index) (local.get $first))
          (then
            (local.set $index (i32.sub (local.get $index) (i32.const 1)))
            (local.set $kind (i32.load8_u (i32.add (global.get $kinds) (local.get $index))))
            (local.set $known (local.get $kind))
            (local.set $kind (i32.and (local.get $kind) (i32.const 0xf)))
            ;; $next holds the exits from the node behind, and becomes those from this one. Node 0 has none.
            (local.set $target
              (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
            (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
              (then
                (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $target))))
                (local.set $through (i32.and (local.get $state) (i32.const 1)))
                (local.set $target
                  (select
                    (if (result i32) (global.get $handlers)
                      (then (call $handler (local.get $index)))
                      (else (i32.const -2)))
                    (i32.const 0)
                    (i32.and (local.get $state) (i32.const 2)))))
              (else
                (local.set $through
                  (i32.and (i32.shr_u (i32.const 0x1ee) (local.get $kind)) (i32.const 1)))
                (local.set $target
                  (select (local.get $target) (i32.const 0) (i32.le_u (local.get $kind) (i32.const 1))))))
            (local.set $next
              (i32.or
                (i32.and (local.get $next) (i32.sub (i32.const 0) (local.get $through)))
                (call $exits_from (local.get $target))))
            (i32.store8 (i32.add (global.get $kinds) (local.get $index))
              (i32.or (local.get $known) (local.get $next)))
            (if (i32.lt_u (i32.sub (local.get $target) (i32.const 1)) (local.get $index))
              (then
                (if (i32.eqz (local.get $sweeps))
                  (then (call $later (local.get $index) (local.get $target))))))
            (br $each))))
      (local.set $place (local.get $noted))
      (loop $back
        (if (i32.lt_u (local.get $place) (global.get $top))
          (then
            (local.set $index (i32.load (local.get $place)))
            (local.set $next (call $exits_from (i32.load offset=4 (local.get $place))))
            (if (i32.and (local.get $next) (i32.xor (call $exits_from (local.get $index)) (i32.const -1)))
              (then
                ;; They were noted from the last node to the first: what is behind this one is final.
                (local.set $sweeps (i32.add (local.get $sweeps) (i32.const 1)))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (local.set $next (i32.const 0))
                (if (i32.lt_u (local.get $index) (call $range (i32.add (local.get $vertex) (i32.const 1))))
                  (then (local.set $next (call $exits_from (local.get $index)))))
                (br_if $sweep (i32.lt_u (local.get $sweeps) (i32.const 16)))
                (call $all_exits (local.get $vertex))
                (return)))
            (local.set $place (i32.add (local.get $place) (i32.const 8)))
            (br $back))))))

  (func $all_exits (param $vertex i32)
    (local $index i32)
    (local.set $index (call $range (local.get $vertex)))
    (loop $each
      (if (i32.lt_u (local.get $index) (call $range (i32.add (local.get $vertex) (i32.const 1))))
        (then
          (call $mark (local.get $index) (i32.const 0x60))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each)))))

  ;; ---- over the ways out: who can grow $memory and be left

  ;; From $vertex, after a growth, the exits $bits can be reached by way of $hop.
  (func $left (param $vertex i32) (param $bits i32) (param $hop i32)
    (if (i32.and (local.get $bits) (i32.const 0x20))
      (then (call $left_by (i32.shl (local.get $vertex) (i32.const 1)) (local.get $hop))))
    (if (i32.and (local.get $bits) (i32.const 0x40))
      (then
        (call $left_by (i32.or (i32.shl (local.get $vertex) (i32.const 1)) (i32.const 1)) (local.get $hop)))))

  (func $left_by (param $place i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $way_hops) (i32.shl (local.get $place) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $place))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  (func (export "leave") (param $memory i32) (param $grow i32) (param $growers i32) (param $count i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $place i32) (local $address i32)
    (local $node i32) (local $way i32) (local $vertex i32) (local $caller i32)
    (memory.fill (global.get $way_hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sites
      (if (local.get $grow)
        (then
          (if (i32.and
                (i32.eq (call $target (local.get $grow)) (local.get $memory))
                (i32.shr_u (i32.and (call $kind (local.get $grow)) (i32.const 0x10)) (i32.const 4)))
            (then
              (call $left (call $owner (local.get $grow))
                (call $exits_from (i32.add (local.get $grow) (i32.const 1)))
                (i32.shl (local.get $grow) (i32.const 1)))))
          (local.set $grow (call $extra (local.get $grow)))
          (br $sites))))
    (loop $imports
      (if (local.get $count)
        (then
          (local.set $vertex (i32.load (local.get $growers)))
          (call $left (local.get $vertex)
            (i32.shl (i32.and (call $state_of (local.get $vertex)) (i32.const 3)) (i32.const 5))
            (i32.const -1))
          (local.set $growers (i32.add (local.get $growers) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $imports))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $place (i32.load (local.get $head)))
          (local.set $way (i32.and (local.get $place) (i32.const 1)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $vertex (i32.shr_u (local.get $place) (i32.const 1)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $caller (local.get $index)))
                (local.set $node (i32.load (local.get $address)))
                (local.set $caller (i32.load offset=4 (local.get $address)))
                (if (i32.and
                      (i32.or
                        (i32.eqz (call $way_hop (local.get $caller) (i32.const 0)))
                        (i32.eqz (call $way_hop (local.get $caller) (i32.const 1))))
                      (i32.shr_u (i32.and (call $kind (local.get $node)) (i32.const 0x10)) (i32.const 4)))
                  (then
                    (call $left (local.get $caller)
                      (call $exits_from
                        (if (result i32) (local.get $way)
                          (then (call $handler (local.get $node)))
                          (else (i32.add (local.get $node) (i32.const 1)))))
                      (i32.or (i32.shl (local.get $node) (i32.const 1)) (local.get $way)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; Writes to the stack's area, for each of $count hops at $hops, which hold nodes times 2 to the power of $shift: the
  ;; vertex that the node calls, -1 if it grows the memory itself; where the instruction is; its opcode. 12 bytes each.
  (func (export "steps") (param $hops i32) (param $count i32) (param $shift i32)
    (local $out i32) (local $hop i32) (local $place i32)
    (local.set $out (global.get $stack))
    (loop $each
      (if (local.get $count)
        (then
          (local.set $hop (i32.load (local.get $hops)))
          (if (i32.gt_u (i32.add (local.get $hop) (i32.const 1)) (i32.const 1) (; neither 0 nor -1 ;))
            (then
              (local.set $hop (i32.shr_u (local.get $hop) (local.get $shift)))
              (i32.store (local.get $out)
                (select (call $target (local.get $hop)) (i32.const -1)
                  (i32.eq (i32.and (call $kind (local.get $hop)) (i32.const 0xf)) (i32.const 2 (; CALL ;)))))
              (local.set $place
                (i32.load (i32.add (global.get $places) (i32.shl (local.get $hop) (i32.const 2)))))
              (i32.store offset=4 (local.get $out) (local.get $place))
              (i32.store offset=8 (local.get $out) (i32.load8_u (local.get $place)))))
          (local.set $hops (i32.add (local.get $hops) (i32.const 4)))
          (local.set $out (i32.add (local.get $out) (i32.const 12)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $each)))))

  ;; ---- what may run after a growth of the memory last searched for: bit 8 of the states

  ;; Node $index goes to $target after a growth; the sweep comes to it later unless it stands before $index.
  (func $grown (param $target i32) (param $index i32)
    (if (i32.ge_u (local.get $target) (i32.const -2))
      (then (return)))
    (if (i32.gt_u (local.get $target) (local.get $index))
      (then (call $mark (local.get $target) (i32.const 0x80)))
      (else
        (call $push (local.get $target))
        (call $flow))))

  (func $push (param $target i32)
    (if (i32.ge_u (local.get $target) (i32.const -2))
      (then (return)))
    (if (i32.and (call $kind (local.get $target)) (i32.const 0x80))
      (then (return)))
    (call $mark (local.get $target) (i32.const 0x80))
    (i32.store (global.get $top) (local.get $target))
    (global.set $top (i32.add (global.get $top) (i32.const 4))))

  ;; Follows all that is on the stack.
  (func $flow
    (local $index i32) (local $kind i32) (local $callee i32) (local $state i32)
    (loop $more
      (if (i32.gt_u (global.get $top) (global.get $stack))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 4)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $kind (i32.and (call $kind (local.get $index)) (i32.const 0xf)))
          (if (i32.eq (local.get $kind) (i32.const 2 (; CALL ;)))
            (then
              (local.set $callee (call $target (local.get $index)))
              (local.set $state (call $state_of (local.get $callee)))
              (call $runs (local.get $callee))
              (if (i32.and (local.get $state) (i32.const 2))
                (then (call $push (call $handler (local.get $index)))))
              (if (i32.and (local.get $state) (i32.const 1))
                (then (call $push (i32.add (local.get $index) (i32.const 1)))))
              (br $more)))
          (if (i32.le_u (local.get $kind) (i32.const 1))
            (then (call $push (call $target (local.get $index)))))
          (if (i32.and (i32.ne (local.get $kind) (i32.const 0)) (i32.ne (local.get $kind) (i32.const 4)))
            (then (call $push (i32.add (local.get $index) (i32.const 1)))))
          (br $more)))))

  ;; Sets bit $bit in the states of all that the vertices from $head in the queue on call, and those in turn.
  (func $spread_bit (param $head i32) (param $bit i32)
    (local $vertex i32) (local $call i32) (local $stop i32) (local $address i32) (local $state i32)
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $call
            (i32.load (i32.add (global.get $first_calls) (i32.shl (local.get $vertex) (i32.const 2)))))
          (br_if $more (i32.eqz (local.get $call)))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
          (loop $calls
            (if (i32.lt_u (local.get $call) (global.get $calls_end))
              (then
                (local.set $address (i32.load (local.get $call)))
                (br_if $more (i32.ge_u (local.get $address) (local.get $stop)))
                (local.set $vertex
                  (i32.load (i32.add (global.get $targets) (i32.shl (local.get $address) (i32.const 2)))))
                (local.set $address (i32.add (global.get $state) (local.get $vertex)))
                (local.set $state (i32.load8_u (local.get $address)))
                (if (i32.eqz (i32.and (local.get $state) (local.get $bit)))
                  (then
                    (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
                    (i32.store (global.get $tail) (local.get $vertex))
                    (global.set $tail (i32.add (global.get $tail) (i32.const 4)))))
                (local.set $call (i32.add (local.get $call) (i32.const 4)))
                (br $calls))))
          (br $more)))))

  ;; Marks all vertices that $count vertices at $vertices can reach.
  (func $all_reached (param $vertices i32) (param $count i32)
    (global.set $tail (global.get $queue))
    (loop $seed
      (if (local.get $count)
        (then
          (call $meet (i32.load (local.get $vertices)))
          (local.set $vertices (i32.add (local.get $vertices) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $seed))))
    (call $spread_bit (global.get $queue) (i32.const 0x40)))

  (func $meet (param $vertex i32)
    (if (i32.and (call $state_of (local.get $vertex)) (i32.const 0x40))
      (then (return)))
    (call $add_state (local.get $vertex) (i32.const 0x40))
    (i32.store (global.get $tail) (local.get $vertex))
    (global.set $tail (i32.add (global.get $tail) (i32.const 4))))

  ;; What follows a growth in $vertex: right behind it, or behind a call that may have grown the memory and come back.
  (func $after_in (param $vertex i32) (param $memory i32)
    (local $index i32) (local $stop i32) (local $kind i32) (local $target i32) (local $grown i32) (local $state i32)
    (local $hops i64)
    (local.set $index (call $range (local.get $vertex)))
    (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (loop $each
      (if (i32.lt_u (local.get $index) (local.get $stop))
        (then
          ;; $grown is 0x80 if control can come from the node before after a growth.
          (local.set $kind
            (i32.or (i32.load8_u (i32.add (global.get $kinds) (local.get $index))) (local.get $grown)))
          (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (local.get $kind))
          (local.set $grown (i32.and (local.get $kind) (i32.const 0x80)))
          (local.set $target
            (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
          (block $done
            (if (i32.eq (i32.and (local.get $kind) (i32.const 0xf)) (i32.const 2 (; CALL ;)))
              (then
                (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $target))))
                (if (local.get $grown)
                  (then
                    (if (i32.eqz (i32.and (local.get $state) (i32.const 8)))
                      (then (call $runs (local.get $target))))
                    (if (i32.and (local.get $state) (i32.const 2))
                      (then (call $grown (call $handler (local.get $index)) (local.get $index))))
                    (local.set $grown (i32.shl (i32.and (local.get $state) (i32.const 1)) (i32.const 7)))))
                (br_if $done (i32.eqz (i32.and (local.get $kind) (i32.const 0x10))))
                (local.set $hops
                  (i64.load (i32.add (global.get $way_hops) (i32.shl (local.get $target) (i32.const 3)))))
                (if (i32.wrap_i64 (local.get $hops))
                  (then (local.set $grown (i32.const 0x80))))
                (if (i64.gt_u (local.get $hops) (i64.const 0xffffffff))
                  (then (call $grown (call $handler (local.get $index)) (local.get $index))))
                (br $done)))
            (local.set $kind (i32.and (local.get $kind) (i32.const 0x1f)))
            (if (i32.eq (local.get $kind) (i32.const 0x13 (; live GROW ;)))
              (then
                (if (i32.eq (local.get $target) (local.get $memory))
                  (then (local.set $grown (i32.const 0x80))))
                (br $done)))
            (br_if $done (i32.eqz (local.get $grown)))
            (local.set $kind (i32.and (local.get $kind) (i32.const 0xf)))
            (if (i32.le_u (local.get $kind) (i32.const 1 (; BR, BR_IF ;)))
              (then (call $grown (local.get $target) (local.get $index))))
            ;; All but BR and TRAP go on at the next node.
            (local.set $grown
              (i32.shl (i32.and (i32.shr_u (i32.const 0x1ee) (local.get $kind)) (i32.const 1)) (i32.const 7))))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each)))))

  (func $runs (param $vertex i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (if (i32.and (i32.load8_u (local.get $address)) (i32.const 8))
      (then (return)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (i32.const 8)))
    (i32.store (global.get $tail) (local.get $vertex))
    (global.set $tail (i32.add (global.get $tail) (i32.const 4))))

  (func $way_hop (param $vertex i32) (param $way i32) (result i32)
    (i32.load
      (i32.add (global.get $way_hops)
        (i32.add (i32.shl (local.get $vertex) (i32.const 3)) (i32.shl (local.get $way) (i32.const 2))))))

  ;; In the functions that $count vertices at $vertices can reach.
  (func (export "after") (param $memory i32) (param $vertices i32) (param $count i32)
    (local $vertex i32)
    (call $all_reached (local.get $vertices) (local.get $count))
    (global.set $top (global.get $stack))
    (global.set $tail (global.get $queue))
    (loop $each
      (if (i32.and (call $state_of (local.get $vertex)) (i32.const 0x40))
        (then
          (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (then (call $after_in (local.get $vertex) (local.get $memory))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (call $spread_bit (global.get $queue) (i32.const 8)))

  ;; ---- which of up to 64 groups of imports each vertex reaches over all calls: each has so many `together`

  ;; Most callees come before their callers: nearly all is said when the queue has gone through the vertices once.
  (func (export "spread") (param $imports i32) (param $count i32) (param $together i32)
    (local $left i32) (local $vertex i32) (local $index i32) (local $stop i32) (local $address i32) (local $bits i64)
    (local $bit i64) (local $caller i32) (local $head i32)
    (memory.fill (global.get $sets) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (local.set $bit (i64.const 1))
    (local.set $left (local.get $together))
    (loop $seed
      (if (local.get $count)
        (then
          (local.set $vertex (i32.load (local.get $imports)))
          (i64.store (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3))) (local.get $bit))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (if (i32.eqz (local.get $left))
            (then
              (local.set $left (local.get $together))
              (local.set $bit (i64.shl (local.get $bit) (i64.const 1)))))
          (call $wait (local.get $vertex))
          (local.set $imports (i32.add (local.get $imports) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $seed))))
    (local.set $index (global.get $order))
    (loop $all
      (if (i32.lt_u (local.get $index) (global.get $order_end))
        (then
          (call $wait (i32.load (local.get $index)))
          (local.set $index (i32.add (local.get $index) (i32.const 4)))
          (br $all))))
    (loop $more
      (if (i32.ne (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (call $around (i32.add (local.get $head) (i32.const 4))))
          (local.set $address (i32.add (global.get $state) (local.get $vertex)))
          (i32.store8 (local.get $address) (i32.and (i32.load8_u (local.get $address)) (i32.const 0x7f)))
          (local.set $bits (i64.load (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3)))))
          (br_if $more (i64.eqz (local.get $bits)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $caller (i32.load offset=4 (call $caller (local.get $index))))
                (local.set $address (i32.add (global.get $sets) (i32.shl (local.get $caller) (i32.const 3))))
                (if (i64.ne (i64.or (i64.load (local.get $address)) (local.get $bits)) (i64.load (local.get $address)))
                  (then
                    (i64.store (local.get $address) (i64.or (i64.load (local.get $address)) (local.get $bits)))
                    (call $wait (local.get $caller))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; A place in the queue, or where the queue starts again behind its last place: it has two for each vertex.
  (func $around (param $place i32) (result i32)
    (select (global.get $queue) (local.get $place)
      (i32.eq (local.get $place) (i32.add (global.get $queue) (i32.shl (global.get $vertices) (i32.const 3))))))

  ;; Puts a vertex into the queue unless it waits there already (bit 0x80 of its state).
  (func $wait (param $vertex i32)
    (if (i32.and (call $state_of (local.get $vertex)) (i32.const 0x80))
      (then (return)))
    (call $add_state (local.get $vertex) (i32.const 0x80))
    (i32.store (global.get $tail) (local.get $vertex))
    (global.set $tail (call $around (i32.add (global.get $tail) (i32.const 4))))))
